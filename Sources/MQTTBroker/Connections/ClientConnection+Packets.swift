import MQTTCodec
import Reactors

/// What each packet of a client asks for.
extension ClientConnection {
    /// Handles the packet at the start of `bytes`; 0 where it is not all there, or the connection has ended.
    func handleNext(_ bytes: UnsafeRawBufferPointer) -> Int {
        do throws(CodecError) {
            switch try state.pointee.decoder.next(in: bytes) {
            case .needMore:
                return 0
            case .publish(let view):
                shard.counters.received(.publish)
                shard.counters.add(.receivedPayloadBytes, view.payload.count)
                state.pointee.receivedMessages &+= 1
                handle(view, in: UnsafeRawBufferPointer(rebasing: bytes[..<view.packetSize]))
                return view.packetSize
            case .packet(let packet, let size):
                shard.counters.received(packet.packetType)
                handle(packet)
                return size
            }
        } catch {
            // [MQTT-4.13.1-1]
            refuse(error.reasonCode, why: error.description)
            return 0
        }
    }

    private func handle(_ packet: Packet) {
        switch packet {
        case .acknowledgement(let acknowledgement): handle(acknowledgement)
        case .subscribe(let packet): handle(packet)
        case .unsubscribe(let packet): handle(packet)
        case .ping: answerPing()
        case .disconnect(let packet): handle(packet)
        // No CONNECT with a method was accepted, so there is nothing to go on with. [MQTT-4.12.0-6]
        case .auth: refuse(.protocolError, why: "AUTH came without an authentication method in CONNECT.")
        // The decoder gives a broker no packet that only servers send, and no second CONNECT.
        case .connect, .connack, .suback, .unsuback: refuse(.protocolError)
        }
    }

    private func handle(_ packet: DisconnectPacket) {
        if let interval = packet.properties.sessionExpiryInterval, let session {
            let granted = min(interval, shard.configuration.maximumSessionExpiry)
            // MQTT 5.0 § 3.14.2.2.2
            guard session.pointee.lifetime.changeExpiry(to: granted) else {
                return refuse(.protocolError, why: "A session that was to end with its connection cannot be prolonged.")
            }
        }
        // [MQTT-3.14.4-3]: only a normal disconnection forgets the will.
        close(packet.reasonCode == .normalDisconnection ? .byClient : .withWill, because: .byClient(packet.reasonCode))
    }

    // MARK: Acknowledgements

    private func handle(_ packet: AcknowledgementPacket) {
        guard let session else { return }
        let packetID = packet.packetIdentifier
        switch packet.kind {
        case .puback:
            _ = session.pointee.outbound.puback(packetID)
        case .pubrec:
            switch session.pointee.outbound.pubrec(packetID, isFailure: packet.reasonCode.isFailure) {
            case .release: shard.acknowledge(.pubrel, packetID, to: stream)
            case .completed, .releaseLater: break
            case .unknown where packet.reasonCode.isFailure: break
            // [MQTT-4.3.3-4]: even what we do not know must be released, or the client keeps the identifier for ever.
            case .unknown: answer(.pubrel, packetID, .packetIdentifierNotFound)
            }
        case .pubrel:
            // [MQTT-4.3.3-11]
            let known = session.pointee.inbound.release(packetID)
            shard.whenReleased(packetID, of: session, wasOpen: known) { [self] in
                guard self.session != nil else { return }
                answer(.pubcomp, packetID, known ? .success : .packetIdentifierNotFound)
            }
        case .pubcomp:
            _ = session.pointee.outbound.pubcomp(packetID)
        }
        // An answer that the client does not take ends the connection, and perhaps the session.
        guard self.session != nil else { return }
        shard.pump(session)
    }
}
