import MQTTCodec
import Reactors

/// What the broker sends beside PUBLISH.
extension ClientConnection {
    /// Writes a packet in the longest form that the client wants and takes, at once: no window holds it back.
    /// [MQTT-3.3.4-10] [MQTT-4.9.0-3]
    ///
    /// One that no form makes small enough cannot be left out, since the client waits for it: the connection ends.
    func send(_ packet: some ExplainedPacket) {
        // [MQTT-3.1.2-29]
        if state.pointee.wantsReasons, write(packet) { return }
        // A reason string or user property stays out where it would make the packet too large. [MQTT-3.2.2-19]
        // [MQTT-3.2.2-20] [MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-3.5.2-2] [MQTT-3.5.2-3] [MQTT-3.6.2-2] [MQTT-3.6.2-3]
        // [MQTT-3.7.2-2] [MQTT-3.7.2-3] [MQTT-3.9.2-1] [MQTT-3.9.2-2] [MQTT-3.11.2-1] [MQTT-3.11.2-2] [MQTT-3.14.2-3]
        // [MQTT-3.14.2-4] [MQTT-3.15.2-2] [MQTT-3.15.2-3]
        if write(packet.unexplained) { return }
        shard.counters.dropped(.packetTooLarge)
        guard packet.packetType != .disconnect else { return }
        end(.withWill, telling: .packetTooLarge)
    }

    /// Writes a packet; false where it is larger than the client takes. [MQTT-3.1.2-24]
    private func write(_ packet: some ExplainedPacket) -> Bool {
        // Invariant: the broker sends no packet that the client's version has no form for, so there is always one.
        guard let bytes = try? packet.encoded(for: state.pointee.version, from: .server) else { return true }
        guard bytes.count <= state.pointee.maximumPacketSize else { return false }
        stream.write(bytes)
        shard.counters.sent(packet.packetType, bytes: bytes.count)
        return true
    }

    /// Writes an acknowledgement; before 5.0 none says more than success.
    func answer(_ kind: AcknowledgementPacket.Kind, _ packetID: UInt16, _ reason: ReasonCode) {
        if reason == .success || !state.pointee.version.hasProperties {
            shard.acknowledge(kind, packetID, to: stream)
        } else {
            send(AcknowledgementPacket(kind, packetIdentifier: packetID, reasonCode: reason))
        }
    }

    // [MQTT-3.12.4-1]
    func answerPing() {
        stream.withWriteBuffer(reserving: 2) { room in
            room[0] = PacketType.pingresp.rawValue << 4
            room[1] = 0
            return 2
        }
        shard.counters.sent(.pingresp, bytes: 2)
    }
}
