/// How topic names and topic filters are built. MQTT 5.0 § 4.7
enum TopicRules {
    static let separator = UInt8(ascii: "/")
    static let singleLevelWildcard = UInt8(ascii: "+")
    static let multiLevelWildcard = UInt8(ascii: "#")

    /// Checks a topic name that has at least one byte, in one pass, and counts its levels.
    ///
    /// Text rules of § 1.5.4; no wildcards. [MQTT-3.3.2-2] [MQTT-4.7.0-1] [MQTT-4.7.3-2]
    static func checkName(_ bytes: UnsafeRawBufferPointer, _ field: PacketField) throws(CodecError) -> Int {
        var levels = 1
        var offset = 0
        while offset < bytes.count {
            if let word = Bytes8(bytes, at: offset), word.isPlainTopic {
                levels &+= word.count(of: separator)
                offset &+= 8
            } else if let word = Bytes8(lastOf: bytes, from: offset), word.isPlainTopic {
                return levels &+ word.count(of: separator)
            } else {
                let byte = bytes[offset]
                guard byte != singleLevelWildcard, byte != multiLevelWildcard else {
                    throw .wildcardInTopicName(field, offset: offset)
                }
                if byte == separator { levels &+= 1 }
                offset = try TextRules.next(bytes, at: offset, field)
            }
        }
        return levels
    }

    /// Checks a topic filter and gives the offset of the part that is matched: 0, or what follows `$share/NAME/`.
    static func checkFilter(_ bytes: UnsafeRawBufferPointer) throws(CodecError) -> Int {
        // [MQTT-4.7.3-1]
        guard !bytes.isEmpty else { throw .emptyTopicFilter }
        // [MQTT-4.7.3-2]
        try TextRules.check(bytes, .topicFilter)
        let start = try startOfMatchedPart(bytes)
        try checkWildcards(bytes, from: start)
        return start
    }

    /// `$share/{ShareName}/{filter}`; the prefix is the standard's, in this case only. MQTT 5.0 § 4.8.2
    private static func startOfMatchedPart(_ bytes: UnsafeRawBufferPointer) throws(CodecError) -> Int {
        let prefix: StaticString = "$share/"
        guard bytes.starts(with: UnsafeRawBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
        else { return 0 }
        var offset = prefix.utf8CodeUnitCount
        while offset < bytes.count, bytes[offset] != separator {
            // [MQTT-4.8.2-2]
            guard bytes[offset] != singleLevelWildcard, bytes[offset] != multiLevelWildcard else {
                throw .malformedShare(.wildcardInName)
            }
            offset += 1
        }
        // [MQTT-4.8.2-1]
        guard offset > prefix.utf8CodeUnitCount else { throw .malformedShare(.nameMissing) }
        // [MQTT-4.8.2-2]: the separator and a filter of at least one character.
        guard offset + 1 < bytes.count else { throw .malformedShare(.filterMissing) }
        return offset + 1
    }

    private static func checkWildcards(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(CodecError) {
        for offset in start..<bytes.count {
            let byte = bytes[offset]
            guard byte == singleLevelWildcard || byte == multiLevelWildcard else { continue }
            let startsLevel = offset == start || bytes[offset - 1] == separator
            let isLast = offset == bytes.count - 1
            // [MQTT-4.7.1-1] [MQTT-4.7.1-2]
            let endsLevel = isLast || (byte == singleLevelWildcard && bytes[offset + 1] == separator)
            guard startsLevel, endsLevel else { throw .misplacedWildcard(offset: offset) }
        }
    }
}
