import Registry

extension Schemas {
    /// The facts that every kind of certificate shows.
    private static let facts: [Schema.Member] = [
        .always("fingerprint", .fingerprint("SHA-256 of the DER.")),
        .always("serial", .text("The serial number, lower-case hexadecimal.")),
        .always("subject", .text("The subject (RFC 2253).")),
        .always("issuer", .text("The issuer (RFC 2253).")),
        .maybe("commonName", .text("The subject's common name.")),
        .maybe("organizationalUnit", .text("The subject's organizational unit.")),
        .always("key", .text("Such as `EC prime256v1` or `RSA 2048`.")),
        .always("notBefore", .time("The first second of validity.")),
        .always("notAfter", .time("The last second of validity.")),
        .always("validity", validity),
    ]

    static let validity = Schema.word(
        "Where now lies in its life; it is `expiring` in the last 30 days.",
        ["not_yet_valid", "valid", "expiring", "expired"]
    )

    /// Server certificates and CAs.
    static let certificates: [String: Schema] = [
        "CertificateFacts": .object("The facts of a certificate.", facts),
        "HostedCertificate": .object(
            "A certificate of the store; its key never comes out.",
            facts + [
                .maybe("name", .text("The name that it was given.")),
                .always("dnsNames", .texts("The DNS names that it can serve.")),
                .always("chainLength", .number("Certificates of its chain, the leaf included.", atLeast: 1)),
                .maybe("slot", .text("The slot that it is bound to.")),
                .maybe("ocspStaple", .ref("Staple")),
                .always("createdAt", .time("When it was uploaded.")),
                .maybe("chain", .text("The chain as PEM, leaf first; only where one certificate is shown.")),
            ]
        ),
        "ServerCertificate": .object(
            "An occupied slot.",
            [
                .always("slot", .text("`default`, or `custom-1` and so on.")),
                .always("enabled", .flag("Whether it serves; only the default slot can be switched off.")),
                .always("boundAt", .time("Since when the slot serves the certificate.")),
                .always("certificate", .ref("HostedCertificate")),
                .maybe("grace", .ref("Grace")),
            ]
        ),
        "CACertificate": .object(
            "A registered CA.",
            facts + [
                .maybe("name", .text("The name that it was given.")),
                .always("state", .word("Whether it is trusted.", CAState.self)),
                .always("registeredAt", .time("When it was registered.")),
                .always("clientCertificates", .number("Client certificates that are registered with it.")),
                .maybe("revocationList", .ref("RevocationList")),
                .maybe("grace", .ref("Grace")),
                .maybe("pem", .text("The certificate; only where one CA is shown.")),
            ]
        ),
        "Grace": .object(
            "What was replaced, and until when it still works beside its successor.",
            [
                .always("superseded", .ref("CertificateFacts")),
                .maybe("name", .text("The name that it was given.")),
                .always("since", .time("When it was replaced.")),
                .always("until", .time("From when on it works no more.")),
            ]
        ),
        "Staple": .object(
            "The OCSP answer that goes with a server certificate.",
            [
                .always("thisUpdate", .time("When the answer began to be right.")),
                .maybe("nextUpdate", .time("When a newer one should be there.")),
                .always("stale", .flag("Whether that is past; a stale answer is not sent.")),
                .always("source", .text("`upload`, or the path of its file.")),
            ]
        ),
        "RevocationList": .object(
            "A CA's revocation list.",
            [
                .always("thisUpdate", .time("When the list was made.")),
                .maybe("nextUpdate", .time("When a newer one should be there.")),
                .always("stale", .flag("Whether that is past.")),
                .always("onStale", .word("What becomes of devices then.", RevocationList.StalePolicy.self)),
                .always("revokedCount", .number("How many certificates it revokes.")),
                .always("source", .text("`upload`, or the path of its file.")),
            ]
        ),
        "RegistrationCode": .object(
            "The common name of a verification certificate, good once.",
            [
                .always("code", .text("The code.")),
                .always("issuedAt", .time("When it was made.")),
                .always("expiresAt", .time("From when on it is worth nothing.")),
            ]
        ),
        "RotationReport": .object(
            "Who still needed a replaced certificate, and whether its grace period can be closed.",
            [
                .always("grace", .ref("Grace")),
                .always(
                    "verdict",
                    .word("Whether it can.", ["safe", "unsafe", "too_early", "nobody_seen", "too_many"])
                ),
                .always("explanation", .text("The verdict in words.")),
                .always("oldConnections", .number("Connections that needed the replaced certificate.")),
                .always("newConnections", .number("Connections that did with its successor.")),
                .always("clientCount", .number("Clients that needed the replaced certificate.")),
                .always("pendingCount", .number("Those of them that have not come with its successor since.")),
                .always("clients", .list("At most 100, pending ones first.", of: .ref("RotationClient"))),
            ]
        ),
        "RotationClient": .object(
            "A client that needed a replaced certificate.",
            [
                .always("client", .text("Its client id, certificate or address, as far as it came.")),
                .maybe("commonName", .text("The common name of its certificate.")),
                .always("address", .text("Where it last came from.")),
                .maybe("serverName", .text("The server name that it asked for last.")),
                .always("count", .number("How often it needed the replaced certificate.")),
                .always("lastNeededAt", .time("When it last did.")),
                .always("pending", .flag("Whether it would be refused as things stand.")),
            ]
        ),
    ]
}
