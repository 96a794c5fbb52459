import MQTTCodec
import Reactors

/// PUBLISH packets written in one fan-out, counted once at its end.
struct Tally {
    private(set) var packets = 0
    private(set) var bytes = 0

    @inline(__always)
    mutating func add(_ size: Int) {
        packets &+= 1
        bytes &+= size
    }

    /// Counts packets that all carry a payload of one size.
    func count(into counters: Counters, payloadSize: Int) {
        count(into: counters, payloadBytes: packets &* payloadSize)
    }

    /// Counts packets whose payloads have so many bytes together.
    func count(into counters: Counters, payloadBytes: Int) {
        guard packets > 0 else { return }
        counters.sent(.publish, bytes: bytes, packets: packets)
        counters.add(.sentPayloadBytes, payloadBytes)
    }
}

/// From a session's queue to its connection.
extension BrokerShard {
    /// Sends what waits, as far as window and connection allow.
    func pump(_ session: UnsafeMutablePointer<Session>) {
        let slot = slot(of: session)
        guard let stream = slot.pointee.stream?.takeUnretainedValue() else { return }
        var tally = Tally()
        var payloadBytes = 0
        var expired = 0
        while !stream.isBackedUp {
            guard let next = session.pointee.outbound.next(at: reactor.now, expired: &expired) else {
                guard replayNext(session, stream, &tally, &payloadBytes) else { break }
                continue
            }
            switch next {
            case .pubrel(let packetID):
                acknowledge(.pubrel, packetID, to: stream)
            case .publish(let delivery, let packetID, let duplicate):
                // What was sent once is sent again.
                let sent =
                    (duplicate || mayTake(delivery.message, session))
                    && write(delivery, packetID, duplicate: duplicate, to: slot, stream, &tally)
                if sent { payloadBytes += delivery.message.payloadCount }
                if !sent, packetID != 0 { session.pointee.outbound.abandon(packetID) }
            }
        }
        if !session.pointee.outbound.holdsQoS0 { slot.pointee.form.remove(.lagging) }
        if expired > 0 { counters.dropped(.expired, expired) }
        tally.count(into: counters, payloadBytes: payloadBytes)
        if !session.pointee.outbound.news.isEmpty { ledger?.takeNews(of: session) }
    }

    /// Sends the next retained message a subscription has brought; false when there is none or the window is closed.
    private func replayNext(
        _ session: UnsafeMutablePointer<Session>,
        _ stream: Stream,
        _ tally: inout Tally,
        _ payloadBytes: inout Int
    ) -> Bool {
        // They come after SUBACK.
        guard session.pointee.pendingSubacks == 0 else { return false }
        while !session.pointee.replays.isEmpty {
            guard let message = session.pointee.replays[0].current else {
                if let done = session.pointee.replays.popFirst() { replayed(done, to: session) }
                continue
            }
            // What was retained since has gone to the new subscription already, as it came.
            guard retained.isCurrent(message), !message.isExpired(at: reactor.now), mayTake(message, session) else {
                session.pointee.replays[0].advance()
                continue
            }
            let delivery = session.pointee.replays[0].delivery(of: message)
            var packetID: UInt16 = 0
            if delivery.qos > .atMostOnce {
                guard let place = session.pointee.outbound.begin(delivery) else { return false }
                session.pointee.replays[0].advance()
                if slot(of: session).pointee.isKept { storeLast(of: session, delivery.qos) }
                guard case .send(let number) = place else { return true }
                packetID = number
            } else {
                session.pointee.replays[0].advance()
            }
            let sent = write(delivery, packetID, duplicate: false, to: slot(of: session), stream, &tally)
            if sent { payloadBytes += message.payloadCount }
            if !sent, packetID != 0 { session.pointee.outbound.abandon(packetID) }
            return true
        }
        return false
    }

    private func write(
        _ delivery: Delivery,
        _ packetID: UInt16,
        duplicate: Bool,
        to slot: UnsafeMutablePointer<SessionSlot>,
        _ stream: Stream,
        _ tally: inout Tally
    ) -> Bool {
        delivery.message.withSource(at: reactor.now) { source in
            let interval = source.expiryInterval
            let form = delivery.terms.form(packetID: packetID, isDuplicate: duplicate, expiryInterval: interval)
            return write(source, form, delivery.terms.identifiers, to: slot, stream, &tally)
        }
    }

    /// Writes one PUBLISH in a form of its own; false where it is larger than the client takes, and counted as dropped.
    func write(
        _ source: PublishSource,
        _ delivery: PublishDelivery,
        _ identifiers: SubscriptionIdentifiers,
        to slot: UnsafeMutablePointer<SessionSlot>,
        _ stream: Stream,
        _ tally: inout Tally
    ) -> Bool {
        let encoder = source.encoder(version5: slot.pointee.isVersion5)
        var delivery = delivery
        var size = encoder.size(delivery, subscriptionIdentifiers: identifiers)
        let limit = min(Int(slot.pointee.maximumPacketSize), 1 + 4 + VariableByteInteger.maximum)
        // [MQTT-3.1.2-24] [MQTT-3.1.2-25]
        guard size <= limit else {
            counters.dropped(.packetTooLarge)
            return false
        }
        if slot.pointee.form.contains(.aliases), size + Self.aliasSize <= limit {
            let use = slot.pointee.session.pointee.aliases?.use(source.topic)
            delivery.topicAlias = use?.alias ?? 0
            delivery.omitsTopic = use?.omitsTopic ?? false
            size = encoder.size(delivery, subscriptionIdentifiers: identifiers)
        }
        stream.withWriteBuffer(reserving: size) { room in
            encoder.write(delivery, subscriptionIdentifiers: identifiers, into: room)
        }
        tally.add(size)
        slot.countSent()
        return true
    }

    /// Bytes that introducing a topic alias can add: the property, and a longer property length and remaining length.
    private static var aliasSize: Int { 5 }

    /// Writes an acknowledgement that says success.
    @inline(__always)
    func acknowledge(_ kind: AcknowledgementPacket.Kind, _ packetID: UInt16, to stream: Stream) {
        stream.withWriteBuffer(reserving: AcknowledgementPacket.successSize) { room in
            AcknowledgementPacket.writeSuccess(kind, packetIdentifier: packetID, into: room)
            return AcknowledgementPacket.successSize
        }
        counters.sent(kind.packetType, bytes: AcknowledgementPacket.successSize)
    }
}
