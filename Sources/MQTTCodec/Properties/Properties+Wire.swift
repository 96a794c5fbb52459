extension Properties {
    /// Reads the property length and the properties; versions before 5.0 have neither.
    init(
        from cursor: inout ByteCursor,
        _ context: PropertyContext,
        _ version: ProtocolVersion
    ) throws(CodecError) {
        self.init()
        guard version.hasProperties else { return }
        var reader = try PropertyReader(&cursor, context)
        while let raw = try reader.next() { append(Property(raw, in: cursor.bytes)) }
    }

    /// Writes the property length and the properties; versions before 5.0 get neither. [MQTT-2.2.2-1]
    func write(
        to sink: inout some ByteSink,
        _ context: PropertyContext,
        _ version: ProtocolVersion
    ) throws(CodecError) {
        guard version.hasProperties else { return }
        sink.appendVariableByteInteger(try size(in: context))
        for property in list { try property.write(to: &sink) }
    }

    /// Bytes of the properties without their length; throws where they are not allowed together in `context`.
    private func size(in context: PropertyContext) throws(CodecError) -> Int {
        var counter = ByteCounter()
        var seen: UInt64 = 0
        for property in list {
            let identifier = property.identifier
            guard identifier.isAllowed(in: context) else { throw .propertyNotAllowed(identifier, in: context) }
            let bit: UInt64 = 1 &<< UInt64(identifier.rawValue)
            guard seen & bit == 0 || identifier.mayRepeat(in: context) else { throw .repeatedProperty(identifier) }
            seen |= bit
            try property.write(to: &counter)
        }
        if authenticationMethod == nil, authenticationData != nil { throw .authenticationDataWithoutMethod }
        return counter.count
    }

    /// The properties as bytes without their length, as a PUBLISH shared by many receivers needs them.
    package func encodedForPublish() throws(CodecError) -> [UInt8] {
        let size = try size(in: .publishFromServer)
        guard size > 0 else { return [] }
        var sink = ByteBuilder(capacity: size)
        for property in list { try property.write(to: &sink) }
        return sink.bytes
    }
}
