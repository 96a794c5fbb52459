/// What a client subscribes to: a topic that may have wildcards, or `$share/NAME/` and such a topic.
/// MQTT 5.0 § 4.7.1, § 4.8.2
///
/// Compared byte by byte, as it was written. [MQTT-3.10.4-1] A shared filter is read as such in every version, as
/// brokers of 3.1.1 do.
@usableFromInline package struct TopicFilter: Sendable, Hashable {
    /// All bytes, `$share/NAME/` too.
    @usableFromInline package let bytes: [UInt8]
    /// Where in `bytes` the part starts that topics are compared with: 0 unless shared.
    @usableFromInline package let matchedOffset: Int

    init(unchecked bytes: [UInt8], matchedOffset: Int) {
        self.bytes = bytes
        self.matchedOffset = matchedOffset
    }

    /// The filter in `bytes`; throws where they break a rule.
    package init(_ bytes: [UInt8]) throws(CodecError) {
        guard bytes.count <= Text.maximumLength else {
            throw .fieldTooLong(.topicFilter, found: bytes.count, limit: Text.maximumLength)
        }
        var offset = 0
        try bytes.checked { buffer throws(CodecError) in offset = try TopicRules.checkFilter(buffer) }
        self.init(unchecked: bytes, matchedOffset: offset)
    }

    /// The filter in a Swift string; throws where it breaks a rule.
    package init(_ string: String) throws(CodecError) { try self.init(Array(string.utf8)) }

    /// The filter as a Swift string, for people.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether this is a shared subscription's filter.
    package var isShared: Bool { matchedOffset > 0 }

    /// The name between `$share/` and the next slash; nil unless shared.
    package var shareName: ArraySlice<UInt8>? {
        guard isShared else { return nil }
        return bytes[TopicFilter.sharePrefixLength..<(matchedOffset - 1)]
    }

    /// The part that topics are compared with.
    package var matchedBytes: ArraySlice<UInt8> { bytes[matchedOffset...] }

    /// Levels of the matched part: at least 1.
    package var levelCount: Int { matchedBytes.reduce(1) { $1 == TopicRules.separator ? $0 + 1 : $0 } }

    /// Whether the matched part has a `+` or `#`.
    package var hasWildcard: Bool {
        matchedBytes.contains { $0 == TopicRules.singleLevelWildcard || $0 == TopicRules.multiLevelWildcard }
    }

    /// Runs `body` with the levels of the matched part; they end with the call.
    @inlinable
    package func withLevels<Result>(_ body: (TopicLevels) -> Result) -> Result {
        bytes.withUnsafeBytes { body(TopicLevels(UnsafeRawBufferPointer(rebasing: $0[matchedOffset...]))) }
    }

    /// Bytes of `$share/`.
    private static let sharePrefixLength = 7
}

extension TopicFilter {
    /// Whether a message on `topic` belongs to this filter. MQTT 5.0 § 4.7.1
    ///
    /// Meant for single questions; a broker keeps its filters in a tree.
    package func matches(_ topic: TopicName) -> Bool {
        topic.withLevels { names in
            withLevels { filters in
                Self.matches(filters, names, startsWithDollar: topic.startsWithDollar)
            }
        }
    }

    private static func matches(_ filters: TopicLevels, _ names: TopicLevels, startsWithDollar: Bool) -> Bool {
        var filters = filters
        var names = names
        var isFirst = true
        while let filter = filters.next() {
            let wildcard = filter.count == 1 ? filter.first : nil
            // [MQTT-4.7.2-1]
            let isBarred = isFirst && startsWithDollar
            isFirst = false
            if wildcard == TopicRules.multiLevelWildcard { return !isBarred }
            guard let name = names.next() else { return false }
            if wildcard == TopicRules.singleLevelWildcard {
                if isBarred { return false }
            } else if !filter.elementsEqual(name) {
                return false
            }
        }
        return names.next() == nil
    }
}

extension TopicFilter: CustomStringConvertible, ExpressibleByStringLiteral {
    @usableFromInline package var description: String { string }

    /// A filter written in the source, which must keep the rules.
    @usableFromInline package init(stringLiteral literal: String) {
        guard let filter = try? TopicFilter(literal) else {
            // A literal is part of the program, so a bad one is a bug that its first run shows.
            preconditionFailure("not a topic filter: \(literal)")  // Invariant: literals in the source keep the rules.
        }
        self = filter
    }
}
