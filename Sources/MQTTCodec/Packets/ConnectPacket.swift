/// CONNECT: a client asks for a session. MQTT 5.0 § 3.1
///
/// Which client identifiers are taken is not this codec's matter: an empty one, one of 3.1 that is longer than its 23
/// characters, and an empty one with a session to keep (3.1.1 [MQTT-3.1.3-8]) all decode.
package struct ConnectPacket: Sendable, Hashable {
    package var version: ProtocolVersion
    /// Clean Start; in 3.x Clean Session, which also ends the session with the connection.
    package var cleanStart: Bool
    /// Seconds between two packets of the client at most; 0 turns it off. MQTT 5.0 § 3.1.2.10
    package var keepAlive: UInt16
    package var clientIdentifier: Text
    package var will: Will?
    package var userName: Text?
    package var password: Password?
    package var properties: Properties

    package init(
        version: ProtocolVersion = .v5,
        cleanStart: Bool = true,
        keepAlive: UInt16 = 0,
        clientIdentifier: Text,
        will: Will? = nil,
        userName: Text? = nil,
        password: Password? = nil,
        properties: Properties = Properties()
    ) {
        self.version = version
        self.cleanStart = cleanStart
        self.keepAlive = keepAlive
        self.clientIdentifier = clientIdentifier
        self.will = will
        self.userName = userName
        self.password = password
        self.properties = properties
    }
}

/// The message a server publishes when a client is gone without a good-bye. MQTT 5.0 § 3.1.2.5
package struct Will: Sendable, Hashable {
    package var topic: TopicName
    package var payload: [UInt8]
    package var qos: QoS
    package var retain: Bool
    package var properties: Properties

    package init(
        topic: TopicName,
        payload: [UInt8],
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        properties: Properties = Properties()
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.properties = properties
    }
}

/// A password, which no description shows.
package struct Password: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var description: String { "Password(redacted)" }

    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// The bits of the CONNECT flags. MQTT 5.0 § 3.1.2.3
private enum ConnectFlag {
    static let reserved: UInt8 = 0b0000_0001
    static let cleanStart: UInt8 = 0b0000_0010
    static let will: UInt8 = 0b0000_0100
    static let willQoS: UInt8 = 0b0001_1000
    static let willQoSShift: UInt8 = 3
    static let willRetain: UInt8 = 0b0010_0000
    static let password: UInt8 = 0b0100_0000
    static let userName: UInt8 = 0b1000_0000
}

extension ConnectPacket {
    /// Reads protocol name and level. [MQTT-3.1.2-1] [MQTT-3.1.2-2]
    static func version(from cursor: inout ByteCursor) throws(CodecError) -> ProtocolVersion {
        let name = cursor.slice(try cursor.binary(.protocolName))
        let isOld = name.elementsEqual("MQIsdp".utf8)
        guard isOld || name.elementsEqual("MQTT".utf8) else { throw .unknownProtocolName(length: name.count) }
        let level = try cursor.byte(.protocolLevel)
        guard let version = ProtocolVersion(rawValue: level), (version == .v3_1) == isOld else {
            throw .unsupportedProtocolLevel(level)
        }
        return version
    }

    /// Reads what follows the protocol level. [MQTT-3.1.4-1]
    init(from cursor: inout ByteCursor, _ version: ProtocolVersion) throws(CodecError) {
        let flags = try cursor.byte(.connectFlags)
        try Self.check(flags, version)
        let keepAlive = try cursor.uint16(.keepAlive)
        let properties = try Properties(from: &cursor, .connect, version)
        // [MQTT-3.1.3-1]: this order. [MQTT-3.1.3-3] [MQTT-3.1.3-4]
        let clientIdentifier = try Self.text(&cursor, .clientIdentifier)
        let will = flags & ConnectFlag.will == 0 ? nil : try Will(from: &cursor, flags, version)
        // MQTT 3.1 § 3.1: the remaining length goes before the flags; a name or password that is announced may be
        // missing at the end of the packet.
        func follows(_ flag: UInt8, _ cursor: ByteCursor) -> Bool {
            flags & flag != 0 && !(version == .v3_1 && cursor.isAtEnd)
        }
        // [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.3-12]
        let userName = follows(ConnectFlag.userName, cursor) ? try Self.text(&cursor, .userName) : nil
        // [MQTT-3.1.2-18] [MQTT-3.1.2-19]
        let password = follows(ConnectFlag.password, cursor) ? try cursor.binary(.password) : nil
        try cursor.finish(.connect)
        self.init(
            version: version,
            cleanStart: flags & ConnectFlag.cleanStart != 0,
            keepAlive: keepAlive,
            clientIdentifier: clientIdentifier,
            will: will,
            userName: userName,
            password: password.map { Password(Array(cursor.bytes[$0])) },
            properties: properties
        )
    }

    private static func text(_ cursor: inout ByteCursor, _ field: PacketField) throws(CodecError) -> Text {
        let range = try cursor.string(field)
        return Text(unchecked: Array(cursor.bytes[range]))
    }

    /// Bits that contradict each other; in 3.1 only the QoS is bound.
    private static func check(_ flags: UInt8, _ version: ProtocolVersion) throws(CodecError) {
        let willQoS = flags & ConnectFlag.willQoS
        // [MQTT-3.1.2-12]
        guard willQoS != ConnectFlag.willQoS else { throw .connectFlags(found: flags, .willQoS) }
        guard version > .v3_1 else { return }
        // [MQTT-3.1.2-3]
        guard flags & ConnectFlag.reserved == 0 else { throw .connectFlags(found: flags, .reservedBit) }
        if flags & ConnectFlag.will == 0 {
            // [MQTT-3.1.2-11]
            guard willQoS == 0 else { throw .connectFlags(found: flags, .willQoSWithoutWill) }
            // [MQTT-3.1.2-13]
            guard flags & ConnectFlag.willRetain == 0 else {
                throw .connectFlags(found: flags, .willRetainWithoutWill)
            }
        }
        // MQTT 3.1.1 [MQTT-3.1.2-22]; 5.0 allows it.
        if version < .v5, flags & ConnectFlag.userName == 0, flags & ConnectFlag.password != 0 {
            throw .connectFlags(found: flags, .passwordWithoutUserName)
        }
    }
}

extension Will {
    /// Reads properties, topic and payload of the will. [MQTT-3.1.2-9]
    fileprivate init(from cursor: inout ByteCursor, _ flags: UInt8, _ version: ProtocolVersion) throws(CodecError) {
        let properties = try Properties(from: &cursor, .will, version)
        let topic = try cursor.topicName(.willTopic)
        let payload = try cursor.binary(.willPayload)
        guard let qos = QoS(rawValue: (flags & ConnectFlag.willQoS) >> ConnectFlag.willQoSShift) else {
            throw .connectFlags(found: flags, .willQoS)
        }
        self.init(
            topic: TopicName(unchecked: Array(cursor.bytes[topic.range])),
            payload: Array(cursor.bytes[payload]),
            qos: qos,
            retain: flags & ConnectFlag.willRetain != 0,
            properties: properties
        )
    }
}

extension ConnectPacket: PacketBody {
    package var packetType: PacketType { .connect }

    private var flags: UInt8 {
        var flags: UInt8 = cleanStart ? ConnectFlag.cleanStart : 0
        if let will {
            flags |= ConnectFlag.will | will.qos.rawValue << ConnectFlag.willQoSShift
            if will.retain { flags |= ConnectFlag.willRetain }
        }
        if userName != nil { flags |= ConnectFlag.userName }
        if password != nil { flags |= ConnectFlag.password }
        return flags
    }

    /// Written in the packet's own version, whatever the connection was thought to speak.
    func writeBody(to sink: inout some ByteSink, _: ProtocolVersion, _: PacketOrigin) throws(CodecError) {
        let flags = flags
        try Self.check(flags, version)
        sink.append(UInt16(truncatingIfNeeded: version.protocolName.utf8CodeUnitCount))
        sink.append(version.protocolName)
        sink.append(version.rawValue)
        sink.append(flags)
        sink.append(keepAlive)
        try properties.write(to: &sink, .connect, version)
        try sink.append(prefixed: clientIdentifier.bytes, .clientIdentifier)
        if let will {
            try will.properties.write(to: &sink, .will, version)
            try sink.append(prefixed: will.topic.bytes, .willTopic)
            try sink.append(prefixed: will.payload, .willPayload)
        }
        if let userName { try sink.append(prefixed: userName.bytes, .userName) }
        if let password { try sink.append(prefixed: password.bytes, .password) }
    }
}
