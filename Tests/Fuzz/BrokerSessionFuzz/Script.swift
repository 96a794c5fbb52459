import MQTTCodec

/// Reads choices from the input; past its end every choice is 0.
struct Script {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { offset >= bytes.count }

    /// A number below `bound`, which is at most 256.
    mutating func next(_ bound: Int) -> Int {
        guard offset < bytes.count else { return 0 }
        defer { offset += 1 }
        return Int(bytes[offset]) % bound
    }

    mutating func flag() -> Bool { next(2) == 1 }

    mutating func choose<Value>(_ values: [Value]) -> Value { values[next(values.count)] }

    mutating func qos() -> QoS { choose(QoS.allCases) }

    /// Few enough that clients meet.
    static let topics: [TopicName] = ["a", "a/b", "a/b/c", "b", "$s/a", "//", "\u{e9}"]
    private static let filters: [TopicFilter] = [
        "a", "a/b", "a/+", "#", "+/+", "a/#", "$s/#", "$share/g/#", "$share/g/a/+", "$share/h/a", "//", "\u{e9}", "+",
    ]
    private static let names: [Text] = ["x", "y", "z"]

    mutating func connect() -> ConnectPacket {
        let version = choose([ProtocolVersion.v5, .v5, .v3_1_1, .v3_1])
        var packet = ConnectPacket(version: version, cleanStart: flag(), clientIdentifier: choose(Self.names))
        packet.keepAlive = choose([0, 0, 4, 30])
        if next(3) == 0 {
            packet.will = Will(topic: choose(Self.topics), payload: [], qos: qos(), retain: flag())
            if version.hasProperties, flag() { packet.will?.properties.willDelayInterval = UInt32(next(8)) }
        }
        guard version.hasProperties else { return packet }
        if flag() { packet.properties.sessionExpiryInterval = choose([0, 3, 30, .max]) }
        if flag() { packet.properties.receiveMaximum = UInt16(1 + next(4)) }
        if flag() { packet.properties.topicAliasMaximum = UInt16(next(3)) }
        if next(4) == 0 { packet.properties.maximumPacketSize = choose([8, 16, 24, 60, 200]) }
        if flag() { packet.properties.requestProblemInformation = flag() }
        return packet
    }

    mutating func subscribe(isVersion5: Bool) -> SubscribePacket {
        let subscriptions = (0...next(3)).map { _ in
            let filter = choose(Self.filters)
            var options = SubscriptionOptions(maximumQoS: qos())
            if isVersion5 {
                options.noLocal = flag() && !filter.isShared
                options.retainAsPublished = flag()
                options.retainHandling = choose(RetainHandling.allCases)
            }
            return Subscription(filter, options: options)
        }
        var packet = SubscribePacket(packetIdentifier: UInt16(1 + next(6)), subscriptions)
        if isVersion5, flag() { packet.properties.subscriptionIdentifier = UInt32(1 + next(200)) }
        return packet
    }

    mutating func unsubscribe() -> UnsubscribePacket {
        UnsubscribePacket(packetIdentifier: UInt16(1 + next(6)), (0...next(3)).map { _ in choose(Self.filters) })
    }
}
