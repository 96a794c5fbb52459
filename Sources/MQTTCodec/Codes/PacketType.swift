/// The type of a control packet: the upper four bits of its first byte. MQTT 5.0 § 2.1.2
package enum PacketType: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case connect = 1
    case connack = 2
    case publish = 3
    case puback = 4
    case pubrec = 5
    case pubrel = 6
    case pubcomp = 7
    case subscribe = 8
    case suback = 9
    case unsubscribe = 10
    case unsuback = 11
    case pingreq = 12
    case pingresp = 13
    case disconnect = 14
    /// MQTT 5.0 only; the value is reserved in 3.x.
    case auth = 15

    /// The name in the standard's capitals.
    package var description: String {
        switch self {
        case .connect: "CONNECT"
        case .connack: "CONNACK"
        case .publish: "PUBLISH"
        case .puback: "PUBACK"
        case .pubrec: "PUBREC"
        case .pubrel: "PUBREL"
        case .pubcomp: "PUBCOMP"
        case .subscribe: "SUBSCRIBE"
        case .suback: "SUBACK"
        case .unsubscribe: "UNSUBSCRIBE"
        case .unsuback: "UNSUBACK"
        case .pingreq: "PINGREQ"
        case .pingresp: "PINGRESP"
        case .disconnect: "DISCONNECT"
        case .auth: "AUTH"
        }
    }

    /// The lower four bits of the first byte where they are fixed; nil for PUBLISH, whose bits mean something.
    /// [MQTT-2.1.3-1]
    package var fixedFlags: UInt8? {
        switch self {
        case .publish: nil
        // [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1]
        case .pubrel, .subscribe, .unsubscribe: 0b0010
        case .connect, .connack, .puback, .pubrec, .pubcomp, .suback, .unsuback, .pingreq, .pingresp, .disconnect,
            .auth:
            0b0000
        }
    }

    /// Whether `origin` may send this packet at all. MQTT 5.0 § 2.1.2, table 2-1
    package func isSent(by origin: PacketOrigin) -> Bool {
        switch self {
        case .connect, .subscribe, .unsubscribe, .pingreq: origin == .client
        case .connack, .suback, .unsuback, .pingresp: origin == .server
        case .publish, .puback, .pubrec, .pubrel, .pubcomp, .disconnect, .auth: true
        }
    }
}

/// The end of a connection that sent a packet; some rules depend on it.
package enum PacketOrigin: Sendable, Hashable, CaseIterable {
    /// A device: the packets a broker reads.
    case client
    /// A broker: the packets a device reads.
    case server
}
