extension CodecError {
    /// The code with which MQTT 5.0 answers this error in CONNACK or DISCONNECT. MQTT 5.0 § 4.13
    package var reasonCode: ReasonCode {
        switch self {
        case .packetTooLarge: .packetTooLarge
        case .unknownProtocolName, .unsupportedProtocolLevel: .unsupportedProtocolVersion
        case .topicAliasOutOfRange: .topicAliasInvalid
        case .wrongDirection, .connectExpected, .secondConnect, .packetIdentifierZero, .noTopicFilters,
            .repeatedProperty, .propertyOutOfRange, .authenticationDataWithoutMethod, .reasonCodeNotAllowed,
            .noReasonCodes, .sessionPresentOnRefusal:
            .protocolError
        // MQTT 5.0 § 3.3.2.1: zero length and no topic alias is a protocol error.
        case .emptyTopicName(let field): field == .topicName ? .protocolError : .malformedPacket
        case .wildcardInTopicName(let field, _): field == .property(.responseTopic) ? .protocolError : .malformedPacket
        case .subscriptionOptions(_, let rule): rule == .reservedBits ? .malformedPacket : .protocolError
        case .propertyNotAllowed(let property, let context): Self.code(of: property, in: context)
        case .reservedPacketType, .fixedHeaderFlags, .truncated, .trailingBytes, .variableByteIntegerTooLong,
            .variableByteIntegerNotMinimal, .illFormedUTF8, .nullCharacter, .connectFlags, .connackFlags,
            .qosOutOfRange, .duplicateFlagAtQoS0, .emptyTopicFilter, .misplacedWildcard, .malformedShare,
            .unknownProperty, .unknownReasonCode:
            .malformedPacket
        case .fieldTooLong, .noReturnCode, .packetNotInVersion: .implementationSpecificError
        }
    }

    private static func code(of property: PropertyIdentifier, in context: PropertyContext) -> ReasonCode {
        switch (property, context) {
        // [MQTT-3.3.4-6] [MQTT-3.14.2-2]: the standard calls these two protocol errors.
        case (.subscriptionIdentifier, .publishFromClient), (.sessionExpiryInterval, .disconnectFromServer):
            .protocolError
        default: .malformedPacket
        }
    }

    /// The form in which to answer a CONNECT whose protocol level nobody knows: the nearest version below it.
    ///
    /// The top bit marks a bridge of Mosquitto, which tries again without it when it reads return code 1.
    package var refusalVersion: ProtocolVersion? {
        guard case .unsupportedProtocolLevel(let level) = self else { return nil }
        return level & 0x7F >= ProtocolVersion.v5.rawValue ? .v5 : .v3_1_1
    }
}
