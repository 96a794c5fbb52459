import Registry

extension Schemas {
    private static let name = Schema.text("A name to type instead of the fingerprint.", atLeast: 1, atMost: 64)
    private static let grace = Schema.number(
        "How long the old one works on, in seconds; 600 if absent, 0 for not at all.",
        atMost: Int(GracePeriod.maximum.components.seconds)
    )
    private static let proof: [Schema.Member] = [
        .maybe(
            "verification",
            .text("PEM of a certificate signed by the CA, with a registration code as common name.")
        ),
        .maybe("code", .text("That code; any open one if absent.", atLeast: 1, atMost: 64)),
        .maybe("noProof", .flag("Whether an administrator answers for it instead.")),
    ]

    /// The bodies of requests.
    static let requests: [String: Schema] = [
        "HostedCertificateUpload": .body(
            "A chain and its private key.",
            [
                .maybe("name", name),
                .always("chain", .text("PEM, at most 5 certificates and 16 KiB; the leaf and what leads to its root.")),
                .always("key", .text("PEM of the leaf's private key, not encrypted.")),
            ]
        ),
        "StapleUpload": .body(
            "An OCSP answer.",
            [.always("response", .text("The OCSPResponse's DER in base64."))]
        ),
        "Binding": .body(
            "Which certificate to serve.",
            [
                .always("certificate", .text("A certificate of the store: fingerprint, name or serial.", atLeast: 1)),
                .maybe("slot", .text("`default`, or `custom-1` and so on; the first free custom slot if absent.")),
            ]
        ),
        "Replacement": .body(
            "Which certificate to serve from now on.",
            [
                .always("certificate", .text("A certificate of the store: fingerprint, name or serial.", atLeast: 1)),
                .maybe("grace", grace),
            ]
        ),
        "Switch": .body("On or off.", [.always("enabled", .flag("Whether the slot shall serve."))]),
        "GraceExtension": .body(
            "The new end: one of both.",
            [
                .maybe("until", .time("The new end.")),
                .maybe("by", .number("So many seconds after the present end.", atMost: 31_536_000)),
            ]
        ),
        "CARegistration": .body(
            "CAs to trust.",
            [
                .maybe("name", name),
                .always("pem", .text("PEM of one or more certificates.")),
                .maybe("state", .word("`active` if absent.", CAState.self)),
            ] + proof
        ),
        "CAReplacement": .body(
            "The certificate that takes a CA's place.",
            [.maybe("name", name), .always("pem", .text("PEM of one certificate.")), .maybe("grace", grace)] + proof
        ),
        "CAState": .body("Whether a CA is trusted.", [.always("state", .word("The new state.", CAState.self))]),
        "RevocationListUpload": .body(
            "A revocation list: one of pem and der.",
            [
                .maybe("pem", .text("The list as PEM.")),
                .maybe("der", .text("The list's DER in base64.")),
                .maybe(
                    "onStale",
                    .word(
                        "What becomes of devices while it is stale; `hard-fail` if absent.",
                        RevocationList.StalePolicy.self
                    )
                ),
            ]
        ),
        "ModeChange": .body(
            "How devices shall prove who they are; what is absent stays as it is.",
            [
                .always("mode", .word("The mode.", AuthenticationMode.self)),
                .maybe("anonymous", .flag("Whether one-way clients may come without a user name.")),
                .maybe("registration", .word("How unknown certificates are registered.", RegistrationSource.self)),
                .maybe("automaticActivation", .flag("Whether those are active at once.")),
            ]
        ),
        "TLSChange": .body(
            "The TLS versions; what is absent stays as it is.",
            [
                .maybe("min", .word("The oldest.", TLSProtocolVersion.self)),
                .maybe("max", .word("The newest.", TLSProtocolVersion.self)),
            ]
        ),
        "ClientCertificateRegistration": .body(
            "A device's certificate.",
            [
                .always("pem", .text("PEM of the certificate.")),
                .maybe("ca", .text("The registered CA that issued it; found by its signature if absent.", atLeast: 1)),
                .maybe("clientID", .text("The client id where the device's CONNECT names none.", atLeast: 1)),
                .maybe("state", .word("`active` if absent.", ["active", "inactive"])),
            ]
        ),
        "ClientCertificateEdit": .body(
            "One of both.",
            [
                .maybe("state", .word("The new state; `revoked` is final.", ["active", "inactive", "revoked"])),
                .maybe("clientID", .text("The new client id; null for none.", atLeast: 1).orNull),
            ]
        ),
        "UserCreation": .body(
            "A user.",
            [
                .always("name", .text("The name that the device gives.", atLeast: 1, atMost: UserName.maximumLength)),
                .always("password", .text("The password; only its hash is stored.", atLeast: 1)),
                .maybe("enabled", .flag("Whether the user may connect; true if absent.")),
                .maybe("clientID", .text("The client id for a CONNECT without one.", atLeast: 1)),
            ]
        ),
        "UserEdit": .body(
            "One of them.",
            [
                .maybe("password", .text("The new password.", atLeast: 1)),
                .maybe("enabled", .flag("Whether the user may connect.")),
                .maybe("clientID", .text("The client id for a CONNECT without one; null for none.", atLeast: 1).orNull),
            ]
        ),
        "TokenCreation": .body(
            "A token.",
            [
                .always("name", name),
                .always("role", .word("What its bearer may do; not more than whoever makes it.", Role.self)),
                .maybe("expiresAt", .time("From when on it opens nothing; never if absent.")),
            ]
        ),
    ]
}
