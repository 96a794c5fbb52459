/// The topic of a message: text of at least one character, without wildcards. MQTT 5.0 § 4.7
///
/// Compared byte by byte, without normalization. [MQTT-4.7.3-4]
@usableFromInline package struct TopicName: Sendable, Hashable {
    /// The name's bytes, without the length prefix.
    @usableFromInline package let bytes: [UInt8]

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// The name in `bytes`; throws where they break a rule.
    package init(_ bytes: [UInt8]) throws(CodecError) {
        guard !bytes.isEmpty else { throw .emptyTopicName(.topic) }
        guard bytes.count <= Text.maximumLength else {
            throw .fieldTooLong(.topic, found: bytes.count, limit: Text.maximumLength)
        }
        try bytes.checked { buffer throws(CodecError) in _ = try TopicRules.checkName(buffer, .topic) }
        self.bytes = bytes
    }

    /// The name in a Swift string; throws where it breaks a rule.
    package init(_ string: String) throws(CodecError) { try self.init(Array(string.utf8)) }

    /// The topic that a PUBLISH carries; the view and the bytes it was decoded from belong together.
    ///
    /// Nil where the packet has a topic alias in place of the name.
    package init?(_ view: PublishView, in packet: UnsafeRawBufferPointer) {
        guard !view.topic.isEmpty else { return nil }
        bytes = Array(view.topicBytes(in: packet))
    }

    /// The name as a Swift string, for people.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Levels between the slashes: at least 1.
    package var levelCount: Int { bytes.reduce(1) { $1 == TopicRules.separator ? $0 + 1 : $0 } }

    /// Whether wildcards at the start of a filter pass this name by. [MQTT-4.7.2-1]
    package var startsWithDollar: Bool { bytes.first == UInt8(ascii: "$") }

    /// Runs `body` with the name's levels; they end with the call.
    @inlinable
    package func withLevels<Result>(_ body: (TopicLevels) -> Result) -> Result {
        bytes.withUnsafeBytes { body(TopicLevels($0)) }
    }
}

extension TopicName: CustomStringConvertible, ExpressibleByStringLiteral {
    @usableFromInline package var description: String { string }

    /// A name written in the source, which must keep the rules.
    @usableFromInline package init(stringLiteral literal: String) {
        guard let name = try? TopicName(literal) else {
            // A literal is part of the program, so a bad one is a bug that its first run shows.
            preconditionFailure("not a topic name: \(literal)")  // Invariant: literals in the source keep the rules.
        }
        self = name
    }
}
