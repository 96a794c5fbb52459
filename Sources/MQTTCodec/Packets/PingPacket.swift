/// PINGREQ and PINGRESP, two bytes each in every version. MQTT 5.0 §§ 3.12, 3.13
package enum PingPacket: Sendable, Hashable {
    /// A client is still there.
    case request
    /// The server's answer. [MQTT-3.12.4-1]
    case response
}

extension PingPacket: PacketBody {
    package var packetType: PacketType {
        switch self {
        case .request: .pingreq
        case .response: .pingresp
        }
    }

    func writeBody(to _: inout some ByteSink, _: ProtocolVersion, _: PacketOrigin) throws(CodecError) {}
}
