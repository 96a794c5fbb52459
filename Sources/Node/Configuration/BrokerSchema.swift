import MQTTBroker
import MQTTCodec

/// `backend.builtin:` key by key.
struct BrokerSchema {
    let section: SectionReader

    func read() -> BrokerConfiguration {
        var broker = BrokerConfiguration()
        // The largest packet that MQTT can express is 256 MiB (MQTT 5.0 § 1.5.5).
        broker.maximumPacketSize = section.value(
            "maxPacketSize",
            .byteCount(1024...(256 << 20)),
            default: broker.maximumPacketSize
        )
        broker.inFlightWindow = window("maxInflight", default: broker.inFlightWindow)
        broker.receiveMaximum = window("receiveMaximum", default: broker.receiveMaximum)
        broker.revokedDevices = section.section("revokedDevices") { left in
            Leftovers(
                retained: left.value("retained", .choice, default: broker.revokedDevices.retained),
                session: left.value("session", .choice, default: broker.revokedDevices.session),
                will: left.value("will", .choice, default: broker.revokedDevices.will)
            )
        }
        queues(&broker)
        rates(&broker)
        retained(&broker)
        sessions(&broker)
        broker.topics.maximumLevels = section.value(
            "maxTopicLevels",
            .number(1...BrokerConfiguration.topicLevelCeiling),
            default: broker.topics.maximumLevels
        )
        broker.topics.maximumLength = section.value(
            "maxTopicLength",
            .byteCount(1...65_535),
            default: broker.topics.maximumLength
        )
        broker.systemInterval = section.value(
            "sysInterval",
            .duration(.zero ... .seconds(86_400)),
            default: broker.systemInterval
        )
        return broker
    }

    private func queues(_ broker: inout BrokerConfiguration) {
        broker.maximumQueuedMessages = section.value(
            "maxQueuedMessages",
            .number(0...10_000_000),
            default: broker.maximumQueuedMessages
        )
        broker.maximumQueuedBytes = section.value(
            "maxQueuedBytes",
            .byteCount(1024...(64 << 30)),
            default: broker.maximumQueuedBytes
        )
        broker.queueFullRule = section.value("queueFull", .choice, default: broker.queueFullRule)
        broker.queuesQoS0WhileOffline = section.value(
            "queueQoS0WhileOffline",
            .boolean,
            default: broker.queuesQoS0WhileOffline
        )
    }

    /// Each 0 stands for no bound.
    private func rates(_ broker: inout BrokerConfiguration) {
        broker.onDenied = section.value("onDenied", .choice, default: broker.onDenied)
        broker.messageRate = rate("messagesPerSecond", "messageBurst", .number(0...10_000_000), broker.messageRate)
        broker.byteRate = rate("bytesPerSecond", "byteBurst", .byteCount(0...(64 << 30)), broker.byteRate)
        broker.subscriptionRate = rate(
            "subscriptionsPerSecond",
            "subscriptionBurst",
            .number(0...10_000_000),
            broker.subscriptionRate
        )
        broker.rateExceeded = section.value("rateExceeded", .choice, default: broker.rateExceeded)
        broker.connectRate = rate("connectsPerMinute", "connectBurst", .number(0...10_000_000), broker.connectRate)
        broker.willRate = rate("willsPerSecond", "willBurst", .number(0...10_000_000), broker.willRate)
    }

    /// A rate by two keys; with a rate and no burst, what comes in a span may come at once.
    private func rate(
        _ key: String,
        _ burstKey: String,
        _ kind: ScalarKind<Int>,
        _ fallback: RateLimit
    ) -> RateLimit {
        let count = section.value(key, kind, default: fallback.count)
        let burst = count == fallback.count ? fallback.burst : count
        return RateLimit(count, per: fallback.span, burst: max(1, section.value(burstKey, kind, default: burst)))
    }

    private func retained(_ broker: inout BrokerConfiguration) {
        broker.maximumRetainedMessages = section.value(
            "maxRetainedMessages",
            .number(0...1_000_000_000),
            default: broker.maximumRetainedMessages
        )
        broker.maximumRetainedBytes = section.value(
            "maxRetainedBytes",
            .byteCount(0...(1 << 40)),
            default: broker.maximumRetainedBytes
        )
    }

    private func sessions(_ broker: inout BrokerConfiguration) {
        broker.maximumSessions = section.value(
            "maxSessions",
            .number(1...100_000_000),
            default: broker.maximumSessions
        )
        // UInt32.max seconds mean "for ever" in the protocol (MQTT 5.0 § 3.1.2.11.2), so the longest span is a second less.
        let expiry = ScalarKind.duration(.zero ... .seconds(Int64(UInt32.max) - 1))
        if let span = section.optional("maxSessionExpiry", expiry) {
            broker.maximumSessionExpiry = UInt32(span.components.seconds)
        }
        let keepAlive = ScalarKind.duration(.seconds(1) ... .seconds(Int64(UInt16.max)))
        if let span = section.optional("maxKeepAlive", keepAlive) {
            broker.maximumKeepAlive = UInt16(span.components.seconds)
        }
    }

    private func window(_ key: String, default fallback: UInt16) -> UInt16 {
        UInt16(section.value(key, .number(1...Int(UInt16.max)), default: Int(fallback)))
    }
}
