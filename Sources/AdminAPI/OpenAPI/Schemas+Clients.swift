import Registry

extension Schemas {
    /// Client certificates, users, tokens and jobs.
    static let clients: [String: Schema] = [
        "ClientCertificate": .object(
            "A registered client certificate. Of one that was imported as a fingerprint, most facts may be absent.",
            [
                .always("fingerprint", .fingerprint("SHA-256 of the DER.")),
                .maybe("serial", .text("The serial number, lower-case hexadecimal.")),
                .maybe("subject", .text("The subject (RFC 2253).")),
                .maybe("issuer", .text("The issuer (RFC 2253).")),
                .maybe("commonName", .text("The subject's common name.")),
                .maybe("organizationalUnit", .text("The subject's organizational unit.")),
                .maybe("key", .text("Such as `EC prime256v1` or `RSA 2048`.")),
                .maybe("notBefore", .time("The first second of validity.")),
                .maybe("notAfter", .time("The last second of validity.")),
                .always("validity", validity),
                .always("caFingerprint", .fingerprint("The registered CA that it belongs to.")),
                .maybe("clientID", .text("The client id where the device's CONNECT names none.")),
                .always("state", .word("What it may do.", ClientCertificateState.self)),
                .always("source", .word("How it came here.", RegistrationSource.self)),
                .always("createdAt", .time("When it was registered.")),
                .always("stateChangedAt", .time("When it came into its state.")),
                .maybe("lastSeenAt", .time("When a device was last let in with it.")),
            ]
        ),
        "AssociatedClient": .object(
            "A client id that came with a certificate.",
            [
                .always("clientID", .text("The client id.")),
                .always("firstSeenAt", .time("When it first came with this certificate.")),
                .always("lastSeenAt", .time("When it last did.")),
                .always("address", .text("Where it last came from.")),
                .always("accessPoint", .text("Through which access point it last came.")),
                .maybe("serverName", .text("The server name that it asked for last.")),
                .maybe("tlsVersion", .text("The TLS version of the last time.")),
                .always("connected", .flag("Whether it is connected now.")),
            ]
        ),
        "Tombstone": .object(
            "What a deleted client certificate left behind.",
            [
                .always("fingerprint", .fingerprint("The certificate.")),
                .maybe("commonName", .text("Its common name.")),
                .always("state", .word("The state in which it was deleted.", ClientCertificateState.self)),
                .always("deletedAt", .time("When it was deleted.")),
                .always("until", .time("When the tombstone goes by itself.")),
            ]
        ),
        "User": .object(
            "A user of the one-way mode; the password never comes out, not as a hash either.",
            [
                .always("name", .text("The name that the device gives.")),
                .always("enabled", .flag("Whether the user may connect.")),
                .maybe("clientID", .text("The client id for a CONNECT without one.")),
                .always("createdAt", .time("When the user was first stored.")),
                .always("updatedAt", .time("When the user was last changed.")),
            ]
        ),
        "Token": .object(
            "A token, without its secret.",
            [
                .always("id", .text("What names it; not the secret.")),
                .always("name", .text("The name that it was given.")),
                .always("role", .word("What its bearer may do.", Role.self)),
                .always("createdAt", .time("When it was made.")),
                .maybe("expiresAt", .time("From when on it opens nothing.")),
                .maybe("lastUsedAt", .time("When it was last used, to the minute.")),
                .always("expired", .flag("Whether it has ended.")),
            ]
        ),
        "CreatedToken": .object(
            "A token that was just made.",
            [
                .always("token", .ref("Token")),
                .maybe("secret", .text("The secret, told this once; absent when it was only rehearsed.")),
                .always("change", .ref("Change")),
            ]
        ),
        "Job": .object(
            "A bulk import.",
            [
                .always("id", .number("Its number.", atLeast: 1)),
                .always("name", .text("What it is called.")),
                .always("state", .word("How far it is.", ImportJobState.self)),
                .always("principal", .text("Who asked for it.")),
                .always("unthrottled", .flag("Whether it goes as fast as it can.")),
                .always("dryRun", .flag("Whether it only tells what it would do.")),
                .always("total", .number("Rows in all.")),
                .always("done", .number("Rows that were tried.")),
                .always("registered", .number("Rows that are in the registry now by this job.")),
                .always("unchanged", .number("Rows that were in the registry as wanted.")),
                .always("failed", .number("Rows that could not be registered.")),
                .always("failures", .list("The first of those.", of: .ref("JobFailure"))),
                .always("createdAt", .time("When it was made.")),
                .maybe("finishedAt", .time("When it was over.")),
                .maybe("reason", .text("Why it could not go on.")),
            ]
        ),
        "JobFailure": .object(
            "Why one row was not registered.",
            [
                .always("line", .number("The line in the file, from 1.", atLeast: 1)),
                .always("code", .text("A stable name for programs.")),
                .always("words", .text("What was found, needed, what to do.")),
            ]
        ),
    ]
}
