extension Schemas {
    /// The clients of the broker.
    static let broker: [String: Schema] = [
        "Client": .object(
            "What the broker knows of one client. Of one that is not connected, all that only a connection has is absent.",
            [
                .always("clientID", .text("The client id.")),
                .always("state", .word("`waiting`: its session waits for it.", ClientQuery.State.self)),
                .always("since", .time("Since when it is so.")),
                .maybe("address", .text("Where it comes from, with the port.")),
                .maybe("accessPoint", .text("The access point that it came in by.")),
                .maybe("protocolVersion", .word("The protocol that it speaks.", ClientQuery.Version.self)),
                .maybe("tlsVersion", .text("The TLS version; absent without TLS.")),
                .maybe("serverName", .text("The server name that it asked for.")),
                .maybe("userName", .text("The user name that was accepted.")),
                .maybe("commonName", .text("The common name of its certificate.")),
                .maybe("organizationalUnit", .text("The organizational unit of its certificate.")),
                .maybe("fingerprint", .fingerprint("The certificate that it last proved itself with.")),
                .maybe("cleanStart", .flag("Whether it asked for a new session.")),
                .maybe("keepAlive", .number("Seconds between its signs of life at most; 0 for none.")),
                .maybe(
                    "sessionExpiryInterval",
                    .number("Seconds that its session outlives a connection; absent when it lasts.")
                ),
                .maybe("expiresAt", .time("When its session ends unless it comes back.")),
                .always("hasWill", .flag("Whether it has left a will that may still be sent.")),
                .maybe("willDueAt", .time("When the will is sent unless it comes back.")),
                .always("subscriptionCount", .number("How many subscriptions it has.")),
                .always("queuedMessages", .number("Messages that wait for it.")),
                .always("queuedBytes", .number("Bytes of those, and of those in flight to it.")),
                .always("inFlightMessages", .number("Messages sent to it and not acknowledged.")),
                .always("unreleasedMessages", .number("QoS 2 messages of it that it has not released.")),
                .maybe("traffic", .ref("ClientTraffic")),
            ]
        ),
        "ClientTraffic": .object(
            "What went over one connection, after CONNECT.",
            [
                .always("receivedMessages", .number("PUBLISH packets from it.")),
                .always("receivedBytes", .number("Bytes of all its packets.")),
                .always("sentMessages", .number("PUBLISH packets to it.")),
                .always("sentBytes", .number("Bytes of all packets to it.")),
                .always("unsentBytes", .number("Bytes of those that it has not read yet.")),
            ]
        ),
        "Subscription": .object(
            "One subscription of a client.",
            [
                .always("filter", .text("The filter as it was subscribed to, `$share/…` included.")),
                .always("qos", .number("The highest QoS of a delivery.", atMost: 2)),
                .always("noLocal", .flag("Whether the client's own messages stay away.")),
                .always("retainAsPublished", .flag("Whether the RETAIN flag comes as it was published.")),
                .maybe("identifier", .number("The subscription identifier.", atLeast: 1)),
            ]
        ),
    ]
}
