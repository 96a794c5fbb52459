extension PublishView {
    /// The properties that go unaltered to every receiver: all but topic alias and message expiry interval.
    /// [MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20]
    ///
    /// A view of a client's PUBLISH only, which has no subscription identifiers. [MQTT-3.3.4-6]
    package var forwardedPropertiesSize: Int {
        properties.count
            - (alias == 0 ? 0 : Self.aliasSize)
            - (facts.contains(.messageExpiry) ? Self.expirySize : 0)
    }

    /// Copies them, without a length before them, to the start of `buffer`, which has `forwardedPropertiesSize` bytes.
    package func copyForwardedProperties(
        from packet: UnsafeRawBufferPointer,
        into buffer: UnsafeMutableRawBufferPointer
    ) {
        let gaps = (alias == 0 ? Gap.none(at: properties.upperBound) : Gap(Int(aliasStart), Self.aliasSize))
        let others =
            (facts.contains(.messageExpiry)
                ? Gap(Int(expiryStart), Self.expirySize) : Gap.none(at: properties.upperBound))
        let (first, second) = gaps.start <= others.start ? (gaps, others) : (others, gaps)
        var sink = BufferWriter(buffer)
        sink.append(UnsafeRawBufferPointer(rebasing: packet[properties.lowerBound..<first.start]))
        sink.append(UnsafeRawBufferPointer(rebasing: packet[first.end..<second.start]))
        sink.append(UnsafeRawBufferPointer(rebasing: packet[second.end..<properties.upperBound]))
    }

    /// Identifier and two bytes.
    private static let aliasSize = 3
    /// Identifier and four bytes.
    private static let expirySize = 5

    /// Bytes to leave out.
    private struct Gap {
        let start: Int
        let end: Int

        init(_ start: Int, _ size: Int) {
            self.start = start
            self.end = start + size
        }

        static func none(at offset: Int) -> Gap { Gap(offset, 0) }
    }
}
