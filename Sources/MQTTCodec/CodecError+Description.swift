extension CodecError: CustomStringConvertible {
    /// What was found and what was needed, in one sentence; also fit for a Reason String.
    package var description: String {
        switch self {
        case .packetTooLarge(let size, let limit):
            "The packet has \(size) bytes, \(limit) are allowed. Send less in one packet, or raise the limit."
        case .reservedPacketType(let type):
            "Packet type \(type) is reserved in this version."
        case .wrongDirection(let type, let origin):
            "\(type) came from a \(origin.name); only a \(origin.other.name) of this version sends it."
        case .connectExpected(let type):
            "The first packet was \(type); it must be CONNECT."
        case .secondConnect:
            "A second CONNECT came; a connection has one."
        case .fixedHeaderFlags(let type, let found, let needed):
            "\(type) has the flags \(found.bits(4)); they must be \(needed.bits(4))."
        case .truncated(let field, let needed, let found):
            "\(field.capitalized) needs \(needed) more bytes, the packet has \(found) left."
        case .trailingBytes(let type, let count):
            "\(type) has \(count) bytes after its last field; it must end there."
        case .variableByteIntegerTooLong(let field):
            "\(field.capitalized) goes on after four bytes; a variable byte integer has at most four."
        case .variableByteIntegerNotMinimal(let field):
            "\(field.capitalized) is written with more bytes than it needs; the shortest form is required."
        case .illFormedUTF8(let field, let offset):
            "\(field.capitalized) is not UTF-8 at byte \(offset); well-formed UTF-8 without surrogates is required."
        case .nullCharacter(let field, let offset):
            "\(field.capitalized) has U+0000 at byte \(offset); text must not have it."
        case .unknownProtocolName(let length):
            "The protocol name of \(length) bytes is neither MQTT nor MQIsdp."
        case .unsupportedProtocolLevel(let level):
            "Protocol level \(level) is not supported; use MQIsdp 3, MQTT 4 or MQTT 5."
        case .connectFlags(let found, let rule):
            "The CONNECT flags are \(found.bits(8)); \(rule.sentence)."
        case .connackFlags(let found):
            "The CONNACK flags are \(found.bits(8)); bits 7 to 1 must be 0."
        case .sessionPresentOnRefusal(let code):
            "CONNACK refuses with \(code) and says that a session is present; it must say that none is."
        case .qosOutOfRange(let field):
            "\(field.capitalized) is 3; it must be 0, 1 or 2."
        case .duplicateFlagAtQoS0:
            "PUBLISH of QoS 0 has the DUP flag; it must be 0."
        case .packetIdentifierZero(let type):
            "\(type) has packet identifier 0; it must be 1 to 65535."
        case .emptyTopicName(let field):
            field == .topicName
                ? "The topic name is empty; a name or, in MQTT 5.0, a topic alias is needed."
                : "\(field.capitalized) is empty; at least one character is needed."
        case .wildcardInTopicName(let field, let offset):
            "\(field.capitalized) has a wildcard at byte \(offset); + and # belong in topic filters only."
        case .emptyTopicFilter:
            "A topic filter is empty; at least one character is needed."
        case .misplacedWildcard(let offset):
            "A topic filter has a misplaced wildcard at byte \(offset); + must fill a level, # must be the last level."
        case .malformedShare(let rule):
            "A shared subscription is not $share/NAME/FILTER: \(rule.sentence)."
        case .noTopicFilters(let type):
            "\(type) has no topic filter; at least one is needed."
        case .subscriptionOptions(let found, let rule):
            "The subscription options are \(found.bits(8)); \(rule.sentence)."
        case .unknownProperty(let identifier):
            "Property identifier \(identifier) does not exist."
        case .propertyNotAllowed(let property, let context):
            "Property \(property.name) is not allowed in \(context.name)."
        case .repeatedProperty(let property):
            "Property \(property.name) stands twice; it may stand once."
        case .propertyOutOfRange(let property, let found):
            "Property \(property.name) is \(found); it must be \(property.range)."
        case .topicAliasOutOfRange(let found, let limit):
            limit == 0
                ? "The topic alias is \(found); this receiver takes none."
                : "The topic alias is \(found); it must be 1 to \(limit)."
        case .authenticationDataWithoutMethod:
            "Authentication data came without an authentication method."
        case .unknownReasonCode(let type, let found):
            "\(type) has the code \(found), which does not exist."
        case .reasonCodeNotAllowed(let code, let type, let origin):
            "\(type) from a \(origin.name) must not carry \(code)."
        case .noReasonCodes(let type):
            "\(type) has no code; it needs one for each topic filter."
        case .fieldTooLong(let field, let found, let limit):
            "\(field.capitalized) has \(found) bytes, \(limit) are allowed."
        case .noReturnCode(let code):
            "MQTT 3.x has no return code for \(code); close the connection instead."
        case .packetNotInVersion(let type, let version):
            "\(type) cannot be sent in MQTT \(version)."
        }
    }
}

extension UInt8 {
    /// The lowest bits, highest first.
    fileprivate func bits(_ count: Int) -> String {
        let digits = String(self, radix: 2)
        return "0b" + String(repeating: "0", count: Swift.max(0, count - digits.count)) + digits
    }
}

extension PacketOrigin {
    fileprivate var name: String {
        switch self {
        case .client: "client"
        case .server: "server"
        }
    }

    fileprivate var other: PacketOrigin {
        switch self {
        case .client: .server
        case .server: .client
        }
    }
}

extension ConnectFlagRule {
    fileprivate var sentence: String {
        switch self {
        case .reservedBit: "bit 0 is reserved and must be 0"
        case .willQoS: "will QoS 3 does not exist"
        case .willQoSWithoutWill: "without a will its QoS must be 0"
        case .willRetainWithoutWill: "without a will its retain flag must be 0"
        case .passwordWithoutUserName: "before MQTT 5.0 a password needs a user name"
        }
    }
}

extension ShareRule {
    fileprivate var sentence: String {
        switch self {
        case .nameMissing: "the name is empty"
        case .wildcardInName: "the name has a + or #"
        case .filterMissing: "no filter follows the name"
        }
    }
}

extension SubscriptionOptionsRule {
    fileprivate var sentence: String {
        switch self {
        case .reservedBits: "the reserved bits must be 0"
        case .qos: "QoS 3 does not exist"
        case .retainHandling: "retain handling 3 does not exist"
        case .noLocalOnShare: "a shared subscription must not set No Local"
        }
    }
}
