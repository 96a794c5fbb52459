/// What was wrong with bytes that should have been an MQTT packet, or with a packet that should become bytes.
///
/// Every payload is a plain value, so that throwing one never allocates.
package enum CodecError: Error, Hashable, Sendable {
    // The fixed header

    /// The packet is bigger than the receiver takes; known from the fixed header alone. Sizes in bytes, all counted.
    case packetTooLarge(size: Int, limit: Int)
    /// Type 0, or type 15 (AUTH) before MQTT 5.0.
    case reservedPacketType(UInt8)
    /// A packet that only the other side may send.
    case wrongDirection(PacketType, from: PacketOrigin)
    /// The first packet of a client was not CONNECT. [MQTT-3.1.0-1]
    case connectExpected(found: PacketType)
    /// A client sent a second CONNECT. [MQTT-3.1.0-2]
    case secondConnect
    /// The lower four bits of the first byte. [MQTT-2.1.3-1]
    case fixedHeaderFlags(PacketType, found: UInt8, needed: UInt8)

    // Lengths and strings

    /// A field asks for more bytes than the packet has left.
    case truncated(PacketField, needed: Int, found: Int)
    /// Bytes after the last field.
    case trailingBytes(PacketType, count: Int)
    /// A variable byte integer goes on after its fourth byte. MQTT 5.0 § 1.5.5
    case variableByteIntegerTooLong(PacketField)
    /// A variable byte integer has more bytes than its value needs. [MQTT-1.5.5-1]
    case variableByteIntegerNotMinimal(PacketField)
    /// [MQTT-1.5.4-1]; the offset counts bytes in the field.
    case illFormedUTF8(PacketField, offset: Int)
    /// [MQTT-1.5.4-2]; the offset counts bytes in the field.
    case nullCharacter(PacketField, offset: Int)

    // CONNECT and CONNACK

    /// Neither `MQTT` nor `MQIsdp`. [MQTT-3.1.2-1]
    case unknownProtocolName(length: Int)
    /// A protocol level that the name does not have. [MQTT-3.1.2-2]
    case unsupportedProtocolLevel(UInt8)
    /// CONNECT flags that contradict each other.
    case connectFlags(found: UInt8, ConnectFlagRule)
    /// Bits 7–1 of the CONNACK flags are not 0. [MQTT-3.2.2-1]
    case connackFlags(found: UInt8)
    /// A refusing CONNACK claims a session. [MQTT-3.2.2-6]
    case sessionPresentOnRefusal(ReasonCode)

    // PUBLISH, topics, subscriptions

    /// Both QoS bits set. [MQTT-3.3.1-4]
    case qosOutOfRange(PacketField)
    /// DUP on a QoS 0 message. [MQTT-3.3.1-2]
    case duplicateFlagAtQoS0
    /// [MQTT-2.2.1-3]
    case packetIdentifierZero(PacketType)
    /// No topic name, and in MQTT 5.0 no topic alias in its place. [MQTT-4.7.3-1]
    case emptyTopicName(PacketField)
    /// `+` or `#` in a topic name. [MQTT-3.3.2-2]
    case wildcardInTopicName(PacketField, offset: Int)
    /// A topic filter of no characters. [MQTT-4.7.3-1]
    case emptyTopicFilter
    /// A `+` or `#` that is not alone in its level, or a `#` that is not last. [MQTT-4.7.1-1] [MQTT-4.7.1-2]
    case misplacedWildcard(offset: Int)
    /// `$share/` without a share name or without a filter after it. [MQTT-4.8.2-1] [MQTT-4.8.2-2]
    case malformedShare(ShareRule)
    /// SUBSCRIBE or UNSUBSCRIBE without a topic filter. [MQTT-3.8.3-2] [MQTT-3.10.3-2]
    case noTopicFilters(PacketType)
    /// A subscription options byte that is not allowed.
    case subscriptionOptions(found: UInt8, SubscriptionOptionsRule)

    // Properties and reason codes

    /// No property has this identifier. MQTT 5.0 § 2.2.2.2
    case unknownProperty(identifier: UInt32)
    /// The property exists, but not in this packet. MQTT 5.0 § 2.2.2.2
    case propertyNotAllowed(PropertyIdentifier, in: PropertyContext)
    /// A property that may stand once stands twice.
    case repeatedProperty(PropertyIdentifier)
    /// The value is outside what the property allows.
    case propertyOutOfRange(PropertyIdentifier, found: UInt32)
    /// A topic alias of 0, or above what the receiver allows. [MQTT-3.3.2-8] [MQTT-3.3.2-9]
    case topicAliasOutOfRange(found: UInt16, limit: UInt16)
    /// Authentication data without a method. MQTT 5.0 § 3.1.2.11.10
    case authenticationDataWithoutMethod
    /// A reason or return code that does not exist.
    case unknownReasonCode(PacketType, found: UInt8)
    /// The code exists, but not in this packet from this side.
    case reasonCodeNotAllowed(ReasonCode, in: PacketType, from: PacketOrigin)
    /// SUBACK, or UNSUBACK of MQTT 5.0, without a code.
    case noReasonCodes(PacketType)

    // Encoding only

    /// A field is longer than its length prefix can say.
    case fieldTooLong(PacketField, found: Int, limit: Int)
    /// A 3.x CONNACK has no return code for this reason: close without one.
    case noReturnCode(ReasonCode)
    /// The packet does not exist in this version.
    case packetNotInVersion(PacketType, ProtocolVersion)
}

/// The rule that a CONNECT's flags break.
package enum ConnectFlagRule: Sendable, Hashable {
    /// Bit 0 is set. [MQTT-3.1.2-3]
    case reservedBit
    /// Will QoS 3. [MQTT-3.1.2-12]
    case willQoS
    /// Will QoS without a will. [MQTT-3.1.2-11]
    case willQoSWithoutWill
    /// Will retain without a will. [MQTT-3.1.2-13]
    case willRetainWithoutWill
    /// A password without a user name, before MQTT 5.0. MQTT 3.1.1 [MQTT-3.1.2-22]
    case passwordWithoutUserName
}

/// The rule that a `$share/…` filter breaks.
package enum ShareRule: Sendable, Hashable {
    /// The share name has no character. [MQTT-4.8.2-1]
    case nameMissing
    /// The share name has a `+` or `#`. [MQTT-4.8.2-2]
    case wildcardInName
    /// No filter follows the share name. [MQTT-4.8.2-2]
    case filterMissing
}

/// The rule that a subscription options byte breaks.
package enum SubscriptionOptionsRule: Sendable, Hashable {
    /// Reserved bits are set. [MQTT-3.8.3-5]
    case reservedBits
    /// QoS 3. MQTT 5.0 § 3.8.3.1
    case qos
    /// Retain handling 3. MQTT 5.0 § 3.8.3.1
    case retainHandling
    /// No Local on a shared subscription. [MQTT-3.8.3-4]
    case noLocalOnShare
}

/// The fields that errors speak of.
package enum PacketField: Sendable, Hashable {
    case remainingLength, protocolName, protocolLevel, connectFlags, keepAlive, clientIdentifier
    case willTopic, willPayload, userName, password
    case connackFlags, reasonCode, packetIdentifier
    case topicName, publishQoS, topicFilter, subscriptionOptions
    case propertyLength, propertyIdentifier
    case property(PropertyIdentifier)
    case text, topic
}
