import MQTTCodec

extension Refusal {
    /// The CONNACK that tells a client of this version; `nil` where the connection is closed without one.
    func connack(for version: ProtocolVersion) -> [UInt8]? {
        guard let code = reason.row.connack else { return nil }
        // 3.x has no word for some codes, and then wants the connection closed. MQTT 3.1.1 [MQTT-3.1.4-1]
        return try? ConnackPacket(reasonCode: code).encoded(for: version, from: .server)
    }
}
