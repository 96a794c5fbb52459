/// The topics a client has given numbers to; forgotten with its connection. [MQTT-3.3.2-7]
struct InboundAliases {
    private var topics: ContiguousArray<ContiguousArray<UInt8>?> = []

    /// Gives `alias`, which is within our Topic Alias Maximum, a topic.
    mutating func set(_ alias: UInt16, _ topic: UnsafeRawBufferPointer) {
        let index = Int(alias) - 1
        while topics.count <= index { topics.append(nil) }
        if let known = topics[index], known.withUnsafeBytes({ $0.equals(topic) }) { return }
        topics[index] = ContiguousArray(topic)
    }

    /// The topic of `alias`; nil where it has none.
    func topic(_ alias: UInt16) -> ContiguousArray<UInt8>? {
        let index = Int(alias) - 1
        return index >= 0 && index < topics.count ? topics[index] : nil
    }
}

/// The numbers we have given to topics towards one client; forgotten with its connection.
///
/// First come, first served: the topics that a device sees first are mostly those it goes on seeing.
struct OutboundAliases {
    private var topics: ContiguousArray<ContiguousArray<UInt8>> = []
    private let limit: Int

    /// The shortest topic that is worth a number: the property costs three bytes.
    private static let shortestTopic = 4

    init(limit: Int) {
        self.limit = limit
    }

    /// How `topic` is to be named in the next packet, which must then be sent.
    ///
    /// - Returns: its alias, 0 for none, and whether the alias alone will do.
    mutating func use(_ topic: UnsafeRawBufferPointer) -> (alias: UInt16, omitsTopic: Bool) {
        guard topic.count >= Self.shortestTopic else { return (0, false) }
        for index in topics.indices where topics[index].withUnsafeBytes({ $0.equals(topic) }) {
            return (UInt16(index + 1), true)
        }
        guard topics.count < limit else { return (0, false) }
        topics.append(ContiguousArray(topic))
        return (UInt16(topics.count), false)
    }
}
