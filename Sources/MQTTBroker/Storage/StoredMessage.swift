package import MQTTCodec

/// A message in the store: one copy, however many deliveries refer to it by its number.
///
/// Its content is one block: topic, then properties as they are forwarded, then payload.
package struct StoredMessage: Sendable {
    /// The message's number, from 1.
    package let id: UInt64
    /// Bytes of the topic, at the content's start.
    package let topicCount: UInt32
    /// Bytes of the properties, behind the topic.
    package let propertiesCount: UInt32
    /// The QoS it was published with.
    package let qos: QoS
    /// The RETAIN flag as it was published.
    package let retain: Bool
    /// When it is no longer to be delivered; nil if never.
    package let expiry: WallTime?
    private let content: Content

    // Sendable: a message never changes.
    private enum Content: @unchecked Sendable {
        case inMemory(Message)
        case loaded([UInt8])
    }

    /// A message read from the store; nil where its parts do not fit into its content.
    package init?(
        id: UInt64,
        topicCount: UInt32,
        propertiesCount: UInt32,
        qos: QoS,
        retain: Bool,
        expiry: WallTime?,
        content: [UInt8]
    ) {
        guard id != 0, Int(topicCount) + Int(propertiesCount) <= content.count else { return nil }
        self.id = id
        self.topicCount = topicCount
        self.propertiesCount = propertiesCount
        self.qos = qos
        self.retain = retain
        self.expiry = expiry
        self.content = .loaded(content)
    }

    /// A message to be written.
    init(_ message: Message, _ clocks: ClockPair) {
        id = message.id
        topicCount = message.header.topicCount
        propertiesCount = message.header.propertiesCount
        qos = message.qos
        retain = message.header.retain
        expiry = clocks.wall(message.header.expiry)
        content = .inMemory(message)
    }

    /// Bytes of the content.
    package var count: Int {
        switch content {
        case .inMemory(let message): message.count
        case .loaded(let bytes): bytes.count
        }
    }

    /// Calls `body` with the content; the bytes are valid until it returns.
    package func withContent<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch content {
        case .inMemory(let message): try message.withContent(body)
        case .loaded(let bytes): try bytes.withUnsafeBytes(body)
        }
    }
}
