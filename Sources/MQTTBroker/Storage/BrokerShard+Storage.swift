import MQTTCodec
import Reactors

/// What of a client's packets must be stored, and what waits for it. `README.md` beside this file draws the order.
extension BrokerShard {
    /// Whether a published message has to be stored before it is acknowledged.
    enum StorageNeed {
        case notNeeded
        /// Its acknowledgement waits for this.
        case needed(CommitTicket)
        /// It would, and the store fails.
        case refused
    }

    /// Judges a QoS 1 or 2 message of a client.
    func storage(
        for source: PublishSource,
        _ packetID: UInt16,
        _ session: UnsafeMutablePointer<Session>
    ) -> StorageNeed {
        guard let ledger else { return .notNeeded }
        let isKept = slot(of: session).pointee.isKept
        // Its identifier and all deliveries of its message are one: else a crash between them would lose it or pass it
        // on twice when the client sends it again.
        let isUnit = source.qos == .exactlyOnce && isKept
        guard isUnit || source.retain || cache.pointee.match(source.topic).storesMessages else { return .notNeeded }
        if ledger.isRefusing {
            ledger.writer.countRefusal()
            return .refused
        }
        guard isUnit || ledger.commitsFirst else { return .notNeeded }
        let handle = session.pointee.handle
        return .needed(CommitTicket(home: index, publisher: handle, packetID: packetID, isUnit: isUnit))
    }

    /// Has the identifier of a QoS 2 message stored in the unit of its deliveries: sent again, it is known.
    func storeInbound(_ ticket: CommitTicket) {
        guard ticket.unit != nil, ticket.packetID != 0, let key = session(ticket.publisher)?.pointee.key else { return }
        ticket.retainShare()
        let change = StoreChange.put(.inbound(key, packetID: ticket.packetID))
        ledger?.note(
            LedgerEntry(change: change, completion: .inbound(ticket.publisher, key, ticket)),
            isUrgent: true
        )
    }

    /// The message in hand has joined the back of a stored session's queue.
    @inline(__always)
    func storeLast(of session: UnsafeMutablePointer<Session>, _ qos: QoS) {
        if qos > .atMostOnce { ledger?.store(session.pointee.outbound.lastSequence, of: session) }
        if !session.pointee.outbound.news.isEmpty { ledger?.takeNews(of: session) }
    }

    /// What is retained has changed.
    func noteRetained() {
        ledger?.awaitRetained()
    }

    /// The last share of a ticket was given back here.
    func allGiven(_ ticket: CommitTicket) {
        if ticket.home == index { return settled(ticket) }
        _ = pass(.settled(ticket), to: 1 << UInt64(ticket.home))
    }

    /// A ticket of this shard is settled.
    func settled(_ ticket: CommitTicket) {
        session(ticket.publisher)?.pointee.inbound.settled(ticket.packetID, ticket)
        let connection = ticket.connection
        ticket.connection = nil
        connection?.acknowledgeDeferred()
        let waiting = ticket.whenSettled
        ticket.whenSettled = []
        for body in waiting { body() }
    }

    /// Sends PUBREL for a message whose PUBREC is stored.
    func sendPubrel(_ packetID: UInt16, to session: UnsafeMutablePointer<Session>) {
        guard let stream = slot(of: session).pointee.stream?.takeUnretainedValue() else { return }
        acknowledge(.pubrel, packetID, to: stream)
    }

    /// Calls `answer` when the store has forgotten an inbound identifier: PUBCOMP frees it for the client's next message,
    /// which must not be taken for this one after a crash. Where it was not open, PUBREL may have come again.
    func whenReleased(
        _ packetID: UInt16,
        of session: UnsafeMutablePointer<Session>,
        wasOpen: Bool,
        _ answer: @escaping () -> Void
    ) {
        guard let ledger, slot(of: session).pointee.isKept else { return answer() }
        if wasOpen {
            let removal = StoreChange.removeInbound(session.pointee.key, packetID: packetID)
            ledger.note(LedgerEntry(change: removal), isUrgent: true)
        }
        ledger.whenStored(answer)
    }

    // MARK: Subscriptions

    /// Whether nothing new of a session can be stored now, though it would have to be.
    func refusesToStore(for session: UnsafeMutablePointer<Session>) -> Bool {
        guard let ledger, ledger.isRefusing, slot(of: session).pointee.isKept else { return false }
        ledger.writer.countRefusal()
        return true
    }

    /// Has a subscription stored.
    func storeSubscription(
        _ session: UnsafeMutablePointer<Session>,
        _ filter: TopicFilter,
        _ options: DeliveryOptions,
        _ identifier: UInt32
    ) {
        guard let ledger, options.kept else { return }
        let stored = StoredSubscription(
            session: session.pointee.key,
            filter: filter.bytes,
            qos: options.qos,
            noLocal: options.noLocal,
            retainAsPublished: options.retainAsPublished,
            identifier: identifier
        )
        ledger.note(LedgerEntry(change: .put(.subscription(stored))), isUrgent: true)
    }

    /// Has a subscription stored as one that still brings retained messages; nil where that need not be.
    func storeReplay(
        _ session: UnsafeMutablePointer<Session>,
        _ subscription: Subscription,
        _ qos: QoS,
        _ identifier: UInt32
    ) -> StoredSubscription? {
        guard let ledger, slot(of: session).pointee.isKept, qos > .atMostOnce else { return nil }
        var stored = StoredSubscription(
            session: session.pointee.key,
            filter: subscription.filter.bytes,
            qos: qos,
            noLocal: subscription.options.noLocal,
            retainAsPublished: subscription.options.retainAsPublished,
            identifier: identifier,
            bringsRetained: true
        )
        ledger.note(LedgerEntry(change: .put(.subscription(stored))), isUrgent: true)
        stored.bringsRetained = false
        return stored
    }

    /// A subscription has brought all its retained messages, to the connection or into the queue.
    func replayed(_ replay: RetainedReplay, to session: UnsafeMutablePointer<Session>) {
        guard let ledger, let stored = replay.stored, stored.session == session.pointee.key else { return }
        ledger.note(LedgerEntry(change: .put(.subscription(stored))), isUrgent: false)
    }

    /// Has a subscription that has ended forgotten.
    func forgetSubscription(_ session: UnsafeMutablePointer<Session>, _ filter: TopicFilter) {
        guard let ledger, slot(of: session).pointee.isKept else { return }
        let removal = StoreChange.removeSubscription(session.pointee.key, filter: filter.bytes)
        ledger.note(LedgerEntry(change: removal), isUrgent: true)
    }

    /// Calls `answer` when what a SUBSCRIBE has changed is stored, or cannot be.
    func whenSubscribed(_ session: UnsafeMutablePointer<Session>, _ answer: @escaping (_ stored: Bool) -> Void) {
        guard let ledger, slot(of: session).pointee.isKept, !ledger.isRefusing else { return answer(true) }
        session.pointee.pendingSubacks += 1
        let handle = session.pointee.handle
        let connection = session.pointee.connection
        ledger.afterThis { [self] stored in
            if let session = self.session(handle), session.pointee.connection === connection {
                session.pointee.pendingSubacks -= 1
            }
            answer(stored)
        }
    }

    /// Calls `answer` when what an UNSUBSCRIBE has changed is stored.
    func whenUnsubscribed(_ session: UnsafeMutablePointer<Session>, _ answer: @escaping () -> Void) {
        guard let ledger, slot(of: session).pointee.isKept else { return answer() }
        ledger.whenStored(answer)
    }

    // MARK: Sessions

    /// Lets a connection that has taken up a session begin, when the store has what it must have before CONNACK.
    func begin(
        _ session: UnsafeMutablePointer<Session>,
        _ request: SessionRequest,
        _ connection: ClientConnection,
        isNew: Bool,
        isFiledAnew: Bool,
        _ answer: @escaping (_ stored: Bool) -> Void
    ) {
        let start = { [self] in
            open(session, request, connection)
            answer(true)
            guard connection.session != nil else { return }
            pump(session)
        }
        guard let ledger else { return start() }
        let mustBeStored = isNew && session.pointee.lifetime.expiryInterval > 0
        if ledger.isRefusing, mustBeStored {
            ledger.writer.countRefusal()
            return turnAway(session, connection, answer)
        }
        guard storeTakenUp(session, isNew: isNew, isFiledAnew: isFiledAnew) else { return start() }
        // A client that comes back finds what is stored of it; what cannot be stored now is stored later.
        if ledger.isRefusing { return start() }
        connection.hold(.storage)
        let end = ledger.lastEnd
        let proceed = {
            ledger.afterThis { [self] stored in
                guard connection.session != nil else { return }
                guard stored || !mustBeStored else { return turnAway(session, connection, answer) }
                start()
                connection.release(.storage)
            }
        }
        if let end, !end.isSettled { end.whenSettled.append(proceed) } else { proceed() }
    }

    /// A new session cannot be stored: its CONNECT is refused, and it ends.
    private func turnAway(
        _ session: UnsafeMutablePointer<Session>,
        _ connection: ClientConnection,
        _ answer: (_ stored: Bool) -> Void
    ) {
        answer(false)
        _ = session.pointee.lifetime.changeExpiry(to: 0)
        connection.close(.byClient, because: .byBroker(.quotaExceeded))
    }

    /// Has stored what a CONNECT has changed; tells whether CONNACK must wait for it.
    private func storeTakenUp(
        _ session: UnsafeMutablePointer<Session>,
        isNew: Bool,
        isFiledAnew: Bool
    ) -> Bool {
        guard let ledger else { return false }
        var mustWait = ledger.lastEnd != nil
        let isKept = session.pointee.lifetime.expiryInterval > 0
        if let will = session.pointee.keptWill {
            // [MQTT-3.1.3-9]
            session.pointee.keptWill = nil
            ledger.note(LedgerEntry(change: .removeWill(will.id), message: will.message), isUrgent: true)
            mustWait = true
        }
        if isNew, isKept {
            session.pointee.key = SessionKey(recordNumber())
            session.pointee.outbound.storing = ledger.storing
            slot(of: session).pointee.isKept = true
        } else if !isNew, !isKept, session.pointee.key.number != 0 {
            stopStoring(session)
            return true
        }
        guard isKept, session.pointee.key.number != 0 else { return mustWait }
        let expiry = session.pointee.storedExpiry
        let isChanged = expiry.interval != session.pointee.lifetime.expiryInterval || expiry.hasDeadline
        if isNew || isFiledAnew || isChanged {
            store(session, isUrgent: true)
            mustWait = true
        }
        if session.pointee.lifetime.will != nil {
            storeWill(of: session, isUrgent: true)
            mustWait = true
        }
        return mustWait
    }

    /// A stored session ends with its connection from now on, so it must not be there after a crash.
    private func stopStoring(_ session: UnsafeMutablePointer<Session>) {
        guard let ledger else { return }
        session.pointee.outbound.stopStoring()
        ledger.takeNews(of: session)
        ledger.note(LedgerEntry(change: .removeSession(session.pointee.key)), isUrgent: true)
        subscriptions.forgetKept(of: session.pointee.subscriptions)
        slot(of: session).pointee.isKept = false
        session.pointee.key = SessionKey(0)
    }

    /// Has stored when a session that waits ends and its will is due.
    func storeTimes(of session: UnsafeMutablePointer<Session>) {
        let expiry = session.pointee.storedExpiry
        let lifetime = session.pointee.lifetime
        let hasDeadline = lifetime.expiry != .distantFuture
        let isChanged = lifetime.expiryInterval != expiry.interval
        if isChanged || hasDeadline || expiry.hasDeadline { store(session, isUrgent: isChanged) }
        if let will = session.pointee.keptWill, lifetime.will == nil {
            session.pointee.keptWill = nil
            ledger?.note(LedgerEntry(change: .removeWill(will.id), message: will.message), isUrgent: true)
        } else if session.pointee.keptWill != nil, lifetime.willDue != .distantFuture {
            storeWill(of: session, isUrgent: false)
        }
    }

    private func store(_ session: UnsafeMutablePointer<Session>, isUrgent: Bool) {
        guard let ledger else { return }
        let lifetime = session.pointee.lifetime
        let entry = session.pointee.credentialEntry
        let proof = entry == 0 ? nil : credentials.pointee.credentials(of: entry)
        let deadline = ledger.clocks.wall(lifetime.expiry)
        let stored = StoredSession(
            key: session.pointee.key,
            clientID: session.pointee.clientID,
            expiryInterval: lifetime.expiryInterval,
            deadline: deadline,
            credential: proof?.credential,
            issuer: proof?.issuer
        )
        session.pointee.storedExpiry = StoredExpiry(
            interval: lifetime.expiryInterval,
            hasDeadline: deadline != nil
        )
        ledger.note(LedgerEntry(change: .put(.session(stored))), isUrgent: isUrgent)
    }

    private func storeWill(of session: UnsafeMutablePointer<Session>, isUrgent: Bool) {
        guard let ledger, let will = session.pointee.lifetime.will else { return }
        let kept = session.pointee.keptWill ?? KeptWill(id: recordNumber(), message: will.withSource(makeWithoutExpiry))
        session.pointee.keptWill = kept
        let stored = StoredWill(
            id: kept.id,
            session: session.pointee.key,
            message: kept.message.id,
            expiryInterval: will.expiryInterval,
            delay: will.delay,
            due: ledger.clocks.wall(session.pointee.lifetime.willDue)
        )
        ledger.note(LedgerEntry(change: .put(.will(stored)), message: kept.message), isUrgent: isUrgent)
    }

    /// A will's interval begins to run when it is published.
    private func makeWithoutExpiry(_ source: PublishSource) -> Message {
        var source = source
        source.expiryInterval = nil
        return make(source)
    }
}
