/// One property as it stands in the input: a number, or ranges of bytes.
struct RawProperty {
    let identifier: PropertyIdentifier
    /// Where it starts, identifier included.
    let start: Int
    /// The value where it is a number.
    var number: UInt32 = 0
    /// The bytes of a string, of binary data, of a user property's name.
    var first: Range<Int> = 0..<0
    /// The bytes of a user property's value.
    var second: Range<Int> = 0..<0
}

/// Walks over the properties of one packet and checks each by every rule of the standard, without allocation.
///
/// This is the one place where properties are judged; both the quick view of a PUBLISH and the full decoding use it.
struct PropertyReader {
    private var cursor: ByteCursor
    private let context: PropertyContext
    /// A bit for each identifier seen; the highest is 0x2A.
    private var seen: UInt64 = 0

    /// Takes the property length and as many bytes from `packet`. MQTT 5.0 § 2.2.2.1
    init(_ packet: inout ByteCursor, _ context: PropertyContext) throws(CodecError) {
        let length = try packet.variableByteInteger(.propertyLength)
        let range = try packet.take(Int(length), of: .propertyLength)
        cursor = ByteCursor(packet.bytes, range: range)
        self.context = context
    }

    /// A reader of properties that were judged before.
    init(accepted bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ context: PropertyContext) {
        cursor = ByteCursor(bytes, range: range)
        self.context = context
    }

    /// The bytes of the properties, without their length.
    var range: Range<Int> { cursor.offset..<cursor.end }

    /// The next property; nil at the end.
    mutating func next() throws(CodecError) -> RawProperty? {
        guard !cursor.isAtEnd else {
            try checkAuthentication()
            return nil
        }
        let start = cursor.offset
        let number = try cursor.variableByteInteger(.propertyIdentifier)
        guard let known = UInt8(exactly: number), let identifier = PropertyIdentifier(rawValue: known) else {
            throw .unknownProperty(identifier: number)
        }
        guard identifier.isAllowed(in: context) else { throw .propertyNotAllowed(identifier, in: context) }
        let bit: UInt64 = 1 &<< UInt64(identifier.rawValue)
        if seen & bit != 0, !identifier.mayRepeat(in: context) { throw .repeatedProperty(identifier) }
        seen |= bit
        var property = RawProperty(identifier: identifier, start: start)
        try readValue(&property)
        return property
    }

    private mutating func readValue(_ property: inout RawProperty) throws(CodecError) {
        let identifier = property.identifier
        let field = PacketField.property(identifier)
        switch identifier.kind {
        case .flag:
            property.number = UInt32(try cursor.byte(field))
            guard property.number <= 1 else { throw .propertyOutOfRange(identifier, found: property.number) }
        case .uint16: property.number = UInt32(try cursor.uint16(field))
        case .uint32: property.number = try cursor.uint32(field)
        case .variableByteInteger: property.number = try cursor.variableByteInteger(field)
        case .binary:
            property.first = try cursor.binary(field)
            return
        case .string:
            // [MQTT-3.3.2-13] [MQTT-3.3.2-19]
            property.first = try cursor.string(field)
            if identifier == .responseTopic { try checkResponseTopic(property.first) }
            return
        case .stringPair:
            // [MQTT-1.5.7-1]
            property.first = try cursor.string(field)
            property.second = try cursor.string(field)
            return
        }
        guard property.number != 0 || !identifier.forbidsZero else {
            // [MQTT-3.3.2-8]
            if identifier == .topicAlias { throw .topicAliasOutOfRange(found: 0, limit: .max) }
            throw .propertyOutOfRange(identifier, found: 0)
        }
    }

    /// A response topic is a topic name. [MQTT-3.3.2-13] [MQTT-3.3.2-14]
    private func checkResponseTopic(_ range: Range<Int>) throws(CodecError) {
        guard !range.isEmpty else { throw .emptyTopicName(.property(.responseTopic)) }
        _ = try TopicRules.checkName(cursor.slice(range), .property(.responseTopic))
    }

    private func checkAuthentication() throws(CodecError) {
        let method: UInt64 = 1 &<< UInt64(PropertyIdentifier.authenticationMethod.rawValue)
        let data: UInt64 = 1 &<< UInt64(PropertyIdentifier.authenticationData.rawValue)
        // MQTT 5.0 § 3.1.2.11.10, § 3.15.2.2.2
        guard seen & data == 0 || seen & method != 0 else { throw .authenticationDataWithoutMethod }
    }
}
