import Registry

extension Schemas {
    /// Settings, the node, and what happened.
    static let operations: [String: Schema] = [
        "Mode": .object(
            "How devices prove who they are.",
            [
                .always("mode", .word("The mode.", AuthenticationMode.self)),
                .always("anonymous", .flag("Whether one-way clients may come without a user name.")),
                .always("registration", .word("How unknown certificates are registered.", RegistrationSource.self)),
                .always("automaticActivation", .flag("Whether those are active at once.")),
            ]
        ),
        "TLS": .object(
            "The TLS versions that clients may use.",
            [
                .always("min", .word("The oldest.", TLSProtocolVersion.self)),
                .always("max", .word("The newest.", TLSProtocolVersion.self)),
            ]
        ),
        "CutOff": .object(
            "The clients that a range of TLS versions would cut off, out of those seen in the last 7 days.",
            [
                .always("seen", .number("Clients that were looked at.")),
                .always("cutOff", .number("Those that offer no version of the range.")),
                .always("uncertain", .number("Those that only name a newer version and may not take an older one.")),
                .maybe("since", .time("From when on clients were looked at.")),
                .always("clients", .list("At most 100, cut off ones first.", of: .ref("CutOffClient"))),
            ]
        ),
        "CutOffClient": .object(
            "A client that a range of TLS versions concerns.",
            [
                .always("client", .text("Its client id, certificate or address, as far as it came.")),
                .maybe("commonName", .text("The common name of its certificate.")),
                .always("address", .text("Where it last came from.")),
                .always("offered", .text("The versions that it offers.")),
                .maybe("tlsVersion", .text("The version that was agreed on with it last.")),
                .always("prospect", .word("What the range means for it.", ["servable", "cut_off", "uncertain"])),
                .always("lastSeenAt", .time("When it was last here.")),
            ]
        ),
        "Status": .object(
            "The node, and the cluster as it knows it.",
            [
                .always("ready", .flag("Whether the node serves devices.")),
                .always("node", node),
                .always("cluster", cluster),
            ]
        ),
        "Usage": .object(
            "So many of so many.",
            [.always("count", .number("How many there are.")), .always("limit", .number("How many there may be."))]
        ),
        "ReloadReport": .object(
            "What reading the configuration file again did.",
            [
                .always("changes", .list("Settings that are another now.", of: .ref("SettingChange"))),
                .always("pendingRestart", .list("Settings that will be after a restart.", of: .ref("SettingChange"))),
            ]
        ),
        "SettingChange": .object(
            "One setting whose value is another.",
            [
                .always("setting", .text("Its path, such as `log.level`.")),
                .maybe("old", .text("The old value.")),
                .maybe("new", .text("The new value.")),
            ]
        ),
        "AuditEntry": .object(
            "A line of the audit log.",
            [
                .always("sequence", .number("Its place in the log, without gaps.", atLeast: 1)),
                .always("time", .time("When it was done.")),
                .always("principal", .text("Who did it, such as `uid 0` or `token ci`.")),
                .always("role", .text("The role in which it was done.")),
                .always("action", .text("What was done, such as `ca-certificate.deactivate`.")),
                .always("object", .text("What it was done to.")),
                .maybe("before", .map("The facts that the change took away.")),
                .maybe("after", .map("The facts that the change brought.")),
                .always("previousHash", .fingerprint("The hash of the line before.")),
                .always("hash", .fingerprint("SHA-256 over the line and the hash before.")),
            ]
        ),
        "AuditVerification": .object(
            "Whether the audit log is as it was written.",
            [
                .always("intact", .flag("Whether it is.")),
                .maybe("entries", .number("How many lines it has.")),
                .maybe("headHash", .fingerprint("The hash of its last line, to be noted elsewhere.")),
                .maybe("brokenAt", .number("The first line at which it is not.")),
                .maybe("finding", .text("What was found there.")),
            ]
        ),
        "Explanation": .object(
            "Why a device was refused, in plain words.",
            [
                .always("query", .text("What was asked for.")),
                .maybe("certificate", .ref("ClientCertificate")),
                .always("refusals", .list("The last refusals, newest first.", of: .ref("Refusal"))),
                .maybe("nothingFound", .text("Where nothing was found: what was searched, and where else to look.")),
            ]
        ),
        "Refusal": .object(
            "Refusals of one client for one reason.",
            [
                .always("code", .text("A stable name, such as `client_certificate_expired`.")),
                .always("words", .text("What was found and what was needed.")),
                .always("occurrence", .text("Who it happened to, how often and when.")),
                .always("facts", .list("What is known of it.", of: .ref("RefusalFact"))),
                .always("remedy", .text("What to do about it.")),
                .always("count", .number("How often it happened.", atLeast: 1)),
                .always("firstTime", .time("When it happened first.")),
                .always("lastTime", .time("When it happened last.")),
            ]
        ),
        "RefusalFact": .object(
            "A fact behind a refusal.",
            [
                .always("name", .text("Its name for programs.")),
                .always("label", .text("Its name for people.")),
                .always("value", .text("Its value.")),
            ]
        ),
    ]

    private static let node = Schema.object(
        "The node that answers.",
        [
            .always("name", .text("Its name.")),
            .always("version", .text("Sluice's version.")),
            .always("openSSL", .text("The OpenSSL library at run time.")),
            .always("startedAt", .time("When the process began.")),
            .always("accessPoints", .list("Its doors.", of: accessPoint)),
            .always(
                "connections",
                .object(
                    "Connections of devices.",
                    [
                        .always("open", .number("Open now.")),
                        .always("accepted", .number("Accepted since the start.")),
                        .always("refused", .number("Refused since the start.")),
                    ]
                )
            ),
            .always(
                "broker",
                .object(
                    "What the built-in broker holds.",
                    [
                        .always("connectedClients", .number("Clients connected now.")),
                        .always("sessions", .number("Sessions, connected or kept.")),
                        .always("subscriptions", .number("Subscriptions of all sessions.")),
                        .always("retainedMessages", .number("Retained messages.")),
                    ]
                )
            ),
        ]
    )

    private static let accessPoint = Schema.object(
        "",
        [
            .always("name", .text("Its name.")),
            .always("kind", .text("`public` or `vpc`.")),
            .always("hostname", .text("The CNAME target.")),
            .maybe("mode", .text("The mode here, where it is not the cluster's.")),
            .always(
                "listeners",
                .list(
                    "",
                    of: .object(
                        "",
                        [
                            .always("address", .text("The bound address.")),
                            .always("protocol", .text("`mqtts`, `mqtt`, `wss` or `ws`.")),
                            .maybe("path", .text("Where WebSockets begin, on `wss` and `ws`.")),
                            .maybe("origins", .texts("The origins whose pages may begin them; absent: all.")),
                        ]
                    )
                )
            ),
        ]
    )

    private static let cluster = Schema.object(
        "The registry's state in numbers.",
        [
            .always("revision", .number("Grows with every change.")),
            .always("mode", .ref("Mode")),
            .always("tls", .ref("TLS")),
            .always("defaultCertificateEnabled", .flag("Whether the default slot serves.")),
            .always("serverCertificates", .ref("Usage")),
            .always("hostedCertificates", .number("Certificates in the store.")),
            .always("caCertificates", .ref("Usage")),
            .always("activeCACertificates", .number("CAs that are trusted.")),
            .always("clientCertificates", .map(of: .number(""), "Client certificates by state.")),
            .always("warnings", .texts("What ends soon or has ended, in words.")),
        ]
    )
}
