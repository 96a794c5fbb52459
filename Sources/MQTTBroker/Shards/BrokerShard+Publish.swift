import MQTTCodec
import Reactors

/// What became of a published message.
struct PublishOutcome {
    /// Somebody wants it, here or on another shard.
    var matched = false
    /// A link it went over is full: whoever published it should not be read for now.
    var publisherShouldWait = false
}

/// From a published message to its receivers.
extension BrokerShard {
    /// Publishes a message, under its own topic and in its turn: to the sessions here that match, to one member of each
    /// shared subscription, and once to each other shard that has receivers. [MQTT-3.3.2-3] [MQTT-4.5.0-1]
    /// [MQTT-4.6.0-5]
    @discardableResult
    func publish(
        _ source: PublishSource,
        from publisher: SessionHandle,
        _ ticket: CommitTicket?
    ) -> PublishOutcome {
        guard let ticket, let ledger else { return publish(source, from: publisher) }
        return ledger.inHand(ticket) {
            storeInbound(ticket)
            return publish(source, from: publisher)
        }
    }

    /// As above, where nobody waits, or the ticket is in hand.
    @discardableResult
    func publish(_ source: PublishSource, from publisher: SessionHandle) -> PublishOutcome {
        let match = cache.pointee.match(source.topic)
        guard !match.isEmpty else { return PublishOutcome() }
        var outcome = PublishOutcome(matched: true)
        var message: Message?
        frames.pointee.begin(source)
        deliver(source, &message, to: match, publisher)
        if !match.groups.isEmpty {
            for group in match.groups {
                let mayGoOn = deliverToOne(of: group, source, &message)
                if !mayGoOn { outcome.publisherShouldWait = true }
            }
        }
        frames.pointee.end()
        if match.otherShards != 0 {
            let message = message ?? make(source)
            let mayGoOn = pass(.publish(message, publisher: publisher, nil), to: match.otherShards)
            if !mayGoOn { outcome.publisherShouldWait = true }
        }
        return outcome
    }

    /// Publishes a message of the server's own.
    func publish(_ topic: TopicName, _ payload: [UInt8], _ qos: QoS) {
        topic.bytes.withUnsafeBytes { topic in
            payload.withUnsafeBytes { payload in
                let source = PublishSource(
                    topic: topic,
                    properties: UnsafeRawBufferPointer(start: nil, count: 0),
                    expiryInterval: nil,
                    payload: payload,
                    qos: qos,
                    retain: false
                )
                publish(source, from: .none)
            }
        }
    }

    /// Takes what another shard has sent.
    func receive(_ mail: ShardMail) {
        switch mail {
        case .publish(let message, let publisher, let ticket):
            guard let ticket, let ledger else { return deliver(message, from: publisher) }
            ledger.inHand(ticket) { deliver(message, from: publisher) }
        case .deliver(let message, let member, let group, let ticket):
            guard let ticket, let ledger else { return deliver(message, to: member, group) }
            ledger.inHand(ticket) { deliver(message, to: member, group) }
        case .settled(let ticket):
            settled(ticket)
        }
    }

    /// A message from another shard, for everybody here who matches it.
    private func deliver(_ message: Message, from publisher: SessionHandle) {
        // [MQTT-3.3.2-5]
        guard !message.isExpired(at: reactor.now) else { return counters.dropped(.expired) }
        message.withSource(at: reactor.now) { source in
            let match = cache.pointee.match(source.topic)
            guard !match.receivers.isEmpty else { return }
            var known: Message? = message
            frames.pointee.begin(source)
            deliver(source, &known, to: match, publisher)
            frames.pointee.end()
        }
    }

    /// A message that outlives its packet.
    func make(_ source: PublishSource) -> Message {
        Message.make(source, id: recordNumber(), arrival: reactor.now)
    }

    /// A link that was full takes messages again: those who waited for it are read again.
    func linkDrained(to shard: UInt16) {
        outbound.pointee.unblock(Int(shard))
        let waiting = heldPublishers
        heldPublishers = []
        for connection in waiting { connection.release(.crossShard) }
    }

    // MARK: Receivers here

    /// Delivers to each receiver of this shard: the innermost loop of the broker.
    private func deliver(
        _ source: PublishSource,
        _ message: inout Message?,
        to match: TopicMatch,
        _ publisher: SessionHandle
    ) {
        var tally = Tally()
        let receivers = match.receivers
        for index in 0..<receivers.count {
            let receiver = receivers[index]
            let slot = slots.pointee[receiver.slot]
            // The session has ended since, or was never more than a handle here.
            guard slot.pointee.generation == receiver.generation else { continue }
            let isOwn = receiver.slot == publisher.slot && receiver.generation == publisher.generation
            if receiver.options.noLocal, isOwn, publisher.shard == self.index {
                deliverToPublisher(source, &message, publisher, &tally)
                continue
            }
            deliver(source, &message, to: receiver, slot, match, &tally)
        }
        tally.count(into: counters, payloadSize: source.payload.count)
    }

    @inline(__always)
    private func deliver(
        _ source: PublishSource,
        _ message: inout Message?,
        to receiver: Receiver,
        _ slot: UnsafeMutablePointer<SessionSlot>,
        _ match: TopicMatch,
        _ tally: inout Tally
    ) {
        let qos = min(source.qos, receiver.options.qos)
        // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
        let retain = source.retain && receiver.options.retainAsPublished
        if qos == .atMostOnce, receiver.identifiers.isEmpty, slot.pointee.isPlain {
            return writePlain(slot, retain: retain, &tally)
        }
        let terms = DeliveryTerms(qos: qos, retain: retain, identifiers: match.identifiers(of: receiver))
        deliver(source, &message, to: slot, terms, &tally)
    }

    /// QoS 0 in its version's common form: one look at the stream, one copy.
    @inline(__always)
    private func writePlain(_ slot: UnsafeMutablePointer<SessionSlot>, retain: Bool, _ tally: inout Tally) {
        let frame = frames.pointee.unacknowledged(version5: slot.pointee.isVersion5, retain: retain)
        // [MQTT-3.1.2-24] [MQTT-3.1.2-25]
        guard frame.count <= Int(slot.pointee.maximumPacketSize) else { return counters.dropped(.packetTooLarge) }
        slot.pointee.stream?._withUnsafeGuaranteedRef { stream in
            if stream.isBackedUp {
                counters.dropped(.slowSubscriber)
            } else {
                stream.write(frame)
                tally.add(frame.count)
                slot.countSent()
            }
        }
    }

    /// Every other delivery: through the session's window, or in a form of its own.
    private func deliver(
        _ source: PublishSource,
        _ message: inout Message?,
        to slot: UnsafeMutablePointer<SessionSlot>,
        _ terms: DeliveryTerms,
        _ tally: inout Tally
    ) {
        let stream = slot.pointee.stream?.takeUnretainedValue()
        // [MQTT-4.6.0-6]
        if terms.qos == .atMostOnce, let stream, !slot.pointee.form.contains(.lagging) {
            guard !stream.isBackedUp else { return counters.dropped(.slowSubscriber) }
            let form = terms.form(packetID: 0, expiryInterval: source.expiryInterval)
            _ = write(source, form, terms.identifiers, to: slot, stream, &tally)
            return
        }
        guard terms.qos > .atMostOnce || configuration.queuesQoS0WhileOffline else {
            return counters.dropped(.notConnected)
        }
        let kept = message ?? make(source)
        message = kept
        let delivery = Delivery(message: kept, terms: terms)
        let writable = stream.map { !$0.isBackedUp } ?? false
        switch slot.pointee.session.pointee.outbound.offer(delivery, writable: writable, limits: limits) {
        case .held: break
        case .queued(let dropped):
            if dropped > 0 { counters.dropped(.queueFull, dropped) }
        case .refused:
            return counters.dropped(.queueFull)
        case .send(let packetID):
            if let stream { send(source, terms, packetID, to: slot, stream, &tally) }
        }
        if slot.pointee.isKept { storeLast(of: slot.pointee.session, terms.qos) }
    }

    /// Writes a message that has just gone in flight.
    private func send(
        _ source: PublishSource,
        _ terms: DeliveryTerms,
        _ packetID: UInt16,
        to slot: UnsafeMutablePointer<SessionSlot>,
        _ stream: Stream,
        _ tally: inout Tally
    ) {
        if terms.identifiers.isEmpty, slot.pointee.isPlain {
            let frame = frames.pointee.acknowledged(
                version5: slot.pointee.isVersion5,
                qos: terms.qos,
                retain: terms.retain,
                packetID: packetID
            )
            if frame.count <= Int(slot.pointee.maximumPacketSize) {
                stream.write(frame)
                tally.add(frame.count)
                slot.countSent()
                return
            }
        }
        let form = terms.form(packetID: packetID, expiryInterval: source.expiryInterval)
        if write(source, form, terms.identifiers, to: slot, stream, &tally) { return }
        slot.pointee.session.pointee.outbound.abandon(packetID)
    }

    /// Some of the publisher's own overlapping subscriptions have No Local, and perhaps some have not. [MQTT-3.8.3-3]
    private func deliverToPublisher(
        _ source: PublishSource,
        _ message: inout Message?,
        _ publisher: SessionHandle,
        _ tally: inout Tally
    ) {
        let match = cache.pointee.publisherMatch(source.topic, publisher: publisher)
        for receiver in match.receivers {
            deliver(source, &message, to: receiver, slots.pointee[receiver.slot], match, &tally)
        }
    }

    // MARK: Shared subscriptions

    /// Delivers to one member; false where it is on a shard whose link is full.
    private func deliverToOne(of match: SharedMatch, _ source: PublishSource, _ message: inout Message?) -> Bool {
        guard let member = choose(from: match, for: source.topic) else { return true }
        guard Int(member.session.shard) == index else {
            let message = message ?? make(source)
            return pass(.deliver(message, to: member, group: match.group, nil), to: 1 << UInt64(member.session.shard))
        }
        guard let session = session(member.session) else { return true }
        var tally = Tally()
        deliver(source, &message, to: slot(of: session), member.terms(for: source, match.group), &tally)
        tally.count(into: counters, payloadSize: source.payload.count)
        return true
    }

    /// A message for one member of this shard, from another shard or from a member that is gone.
    func deliver(_ message: Message, to member: SharedMember, _ group: SharedGroupID) {
        guard let session = session(member.session) else { return redispatch(message, group) }
        guard mayTake(message, session) else { return }
        message.withSource(at: reactor.now) { source in
            var known: Message? = message
            var tally = Tally()
            frames.pointee.begin(source)
            deliver(source, &known, to: slot(of: session), member.terms(for: source, group), &tally)
            frames.pointee.end()
            tally.count(into: counters, payloadSize: source.payload.count)
        }
    }

    /// Gives a message whose receiver's session has ended to another member. [MQTT-4.8.2-5]
    func redispatch(_ message: Message, _ group: SharedGroupID) {
        guard !message.isExpired(at: reactor.now) else { return counters.dropped(.expired) }
        let match = subscriptions.read { tree, _ in tree.sharedMatch(group) }
        guard let match, !match.members.isEmpty else { return counters.dropped(.sessionEnded) }
        guard let member = message.withTopic({ choose(from: match, for: $0) }) else { return }
        if Int(member.session.shard) == index {
            guard session(member.session) != nil else { return counters.dropped(.sessionEnded) }
            deliver(message, to: member, group)
        } else {
            _ = pass(.deliver(message, to: member, group: group, nil), to: 1 << UInt64(member.session.shard))
        }
    }

    /// Members in turn; connected ones first, and of this shard's those that keep up and may read the topic. Of other shards'
    /// members nobody here knows what they may read. MQTT 5.0 § 4.8.2
    private func choose(from match: SharedMatch, for topic: UnsafeRawBufferPointer) -> SharedMember? {
        guard !match.members.isEmpty else { return nil }
        let number = Int(match.group.number)
        while turns.pointee.count <= number { turns.pointee.append(.random(in: 0 ... .max)) }
        turns.pointee[number] &+= 1
        let turn = Int(turns.pointee[number])
        let candidates = match.onlineCount > 0 ? match.onlineCount : match.members.count
        var slow: SharedMember?
        for step in 0..<min(candidates, Self.membersTried) {
            let member = match.members[(turn + step) % candidates]
            guard Int(member.session.shard) == index, let session = session(member.session) else { return member }
            guard mayRead(topic, session) else { continue }
            if slot(of: session).pointee.stream?.takeUnretainedValue().isBackedUp != true { return member }
            slow = slow ?? member
        }
        if slow == nil { counters.dropped(.notReadable) }
        return slow
    }

    /// Members looked at for one that keeps up.
    private static var membersTried: Int { 8 }

    // MARK: Other shards

    /// Puts a message into the batches of the shards of a mask; false where one of their links is full.
    ///
    /// The ticket in hand goes along, with a share for each.
    func pass(_ mail: ShardMail, to shards: UInt64) -> Bool {
        if outbound.pointee.isEmpty { reactor.atEndOfTurn(self) }
        let mustKeep = ledger?.hand != nil
        var mayGoOn = true
        var rest = shards
        while rest != 0 {
            let mail = mustKeep && mail.carriesTicket ? mail.with(ledger?.handForMail()) : mail
            if !outbound.pointee.append(mail, to: rest.trailingZeroBitCount) { mayGoOn = false }
            rest &= rest - 1
        }
        return mayGoOn
    }
}

extension ShardMail {
    /// Whether rows are made of it.
    fileprivate var carriesTicket: Bool {
        switch self {
        case .publish, .deliver: true
        case .settled: false
        }
    }

    /// The same mail with a ticket.
    fileprivate func with(_ ticket: CommitTicket?) -> ShardMail {
        switch self {
        case .publish(let message, let publisher, _): .publish(message, publisher: publisher, ticket)
        case .deliver(let message, let member, let group, _): .deliver(message, to: member, group: group, ticket)
        case .settled: self
        }
    }
}

extension TopicMatch {
    /// The subscription identifiers of a delivery to one of the match's receivers.
    @inline(__always)
    fileprivate func identifiers(of receiver: Receiver) -> SubscriptionIdentifiers {
        guard let list = receiver.identifiers.list else {
            return SubscriptionIdentifiers(single: receiver.identifiers.value)
        }
        return SubscriptionIdentifiers(identifierLists[list])
    }
}

extension SharedMember {
    /// How a message goes to this member: a copy beside those of its other subscriptions. [MQTT-3.3.4-5] [MQTT-4.8.2-3]
    fileprivate func terms(for source: PublishSource, _ group: SharedGroupID) -> DeliveryTerms {
        DeliveryTerms(
            qos: min(source.qos, options.qos),
            retain: source.retain && options.retainAsPublished,
            identifiers: SubscriptionIdentifiers(single: identifier),
            group: group
        )
    }
}
