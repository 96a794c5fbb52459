import MQTTCodec
import Reactors

/// What a CONNECT asks of its session, after the broker's limits.
struct SessionRequest {
    let cleanStart: Bool
    let expiryInterval: UInt32
    let will: WillMessage?
    /// How many messages the client takes unacknowledged.
    let window: Int
    let maximumPacketSize: UInt32
    let aliases: OutboundAliases?
    let version: ProtocolVersion
}

/// Sessions begin, are taken up and over, wait, and end.
extension BrokerShard {
    /// Finds or makes the session of a client and gives it `connection`; another connection it has is ended.
    /// [MQTT-3.1.2-5] [MQTT-3.1.2-6]
    ///
    /// - Returns: the session, and whether it was there before; nil where there are too many.
    func takeUp(
        _ clientID: ClientID,
        _ request: SessionRequest,
        by connection: ClientConnection
    ) -> (session: UnsafeMutablePointer<Session>, present: Bool)? {
        ledger?.lastEnd = nil
        if let number = directory[clientID] {
            let session = slots.pointee[number].pointee.session
            if let other = session.pointee.connection {
                // [MQTT-3.1.4-3]
                other.end(.takenOver(cleanStart: request.cleanStart), telling: .sessionTakenOver)
            } else if request.cleanStart {
                // [MQTT-3.1.2-4]
                carryOut(session.pointee.lifetime.discarded(), for: session)
            }
        }
        if let number = directory[clientID] {
            let session = slots.pointee[number].pointee.session
            connect(session, request, connection)
            return (session, true)
        }
        guard let session = makeSession(clientID) else { return nil }
        connect(session, request, connection)
        return (session, false)
    }

    private func connect(
        _ session: UnsafeMutablePointer<Session>,
        _ request: SessionRequest,
        _ connection: ClientConnection
    ) {
        session.pointee.timer?.cancel()
        session.pointee.timer = nil
        session.pointee.connection = connection
        session.pointee.aliases = request.aliases
        session.pointee.lifetime.connected(expiryInterval: request.expiryInterval, will: request.will)
        session.pointee.outbound.connected(window: request.window)
        session.pointee.inbound.connected()
        subscriptions.setOnline(true, of: session.pointee.subscriptions)
        counters.add(.connected)
    }

    /// From now on the connection that has taken the session up gets its messages: CONNACK is next.
    func open(_ session: UnsafeMutablePointer<Session>, _ request: SessionRequest, _ connection: ClientConnection) {
        let slot = slot(of: session)
        slot.pointee.stream = Unmanaged.passUnretained(connection.stream)
        slot.pointee.maximumPacketSize = request.maximumPacketSize
        slot.pointee.form = .connected
        slot.beginConnection(at: reactor.now)
        if request.version.hasProperties { slot.pointee.form.insert(.version5) }
        if request.aliases != nil { slot.pointee.form.insert(.aliases) }
        if session.pointee.outbound.holdsQoS0 { slot.pointee.form.insert(.lagging) }
    }

    /// A session's connection is over: it waits from now on, or ends. [MQTT-3.1.2-23]
    func connectionEnded(_ session: UnsafeMutablePointer<Session>, _ end: ConnectionEnd) {
        let slot = slot(of: session)
        slot.pointee.stream = nil
        slot.pointee.form = []
        slot.pointee.maximumPacketSize = .max
        session.pointee.connection = nil
        session.pointee.aliases = nil
        session.pointee.stateSince = reactor.now
        session.pointee.pendingSubacks = 0
        counters.add(.connected, -1)
        keepReplays(session)
        session.pointee.outbound.disconnected()
        // MQTT 5.0 § 3.1.2.5: published after the restart, so it stays in the store.
        if end == .atShutdown, let will = session.pointee.keptWill { ledger?.leave(will, in: session) }
        let decision = session.pointee.lifetime.disconnected(end, at: reactor.now)
        if !decision.ends { subscriptions.setOnline(false, of: session.pointee.subscriptions) }
        carryOut(decision, for: session)
    }

    /// Ends what a client has, as far as `leftovers` says; tells whether it was connected.
    func dismiss(
        _ session: UnsafeMutablePointer<Session>,
        telling reason: ReasonCode,
        leaving leftovers: Leftovers
    ) -> Bool {
        if let connection = session.pointee.connection {
            connection.end(.dismissed(leftovers), telling: reason)
            return true
        }
        carryOut(session.pointee.lifetime.dismissed(leftovers), for: session)
        return false
    }

    /// Files a session under the credential of the client that has taken it up.
    ///
    /// - Returns: whether it was filed otherwise before.
    @discardableResult
    func file(_ session: UnsafeMutablePointer<Session>, under client: ClientProfile) -> Bool {
        let entry = session.pointee.credentialEntry
        if entry != 0 {
            guard credentials.pointee.credentials(of: entry) != (client.credential, client.issuer) else { return false }
            credentials.pointee.remove(entry)
            session.pointee.credentialEntry = 0
        }
        guard let credential = client.credential else { return entry != 0 }
        let slot = session.pointee.handle.slot
        session.pointee.credentialEntry = credentials.pointee.insert(credential, issuer: client.issuer, session: slot)
        return true
    }

    /// A session that waits asked for this moment.
    func sessionDeadlinePassed(_ handle: SessionHandle) {
        guard let session = session(handle) else { return }
        session.pointee.timer = nil
        let decision = session.pointee.lifetime.deadlinePassed(at: reactor.now)
        if decision.ends { counters.add(.expiredSessions) }
        carryOut(decision, for: session)
    }

    func carryOut(_ decision: SessionLifetime.Decision, for session: UnsafeMutablePointer<Session>) {
        guard let ledger, session.pointee.key.number != 0 else { return carryOut(decision, for: session, nil) }
        guard decision.ends || decision.will != nil else {
            storeTimes(of: session)
            return carryOut(decision, for: session, nil)
        }
        // The will and the messages that others get instead are stored as one with what they leave behind: neither lost
        // nor there twice after a crash.
        let unit = ledger.asUnit { unit in
            if let will = session.pointee.keptWill, session.pointee.lifetime.will == nil {
                session.pointee.keptWill = nil
                let removal = StoreChange.removeWill(will.id)
                ledger.note(LedgerEntry(change: removal, message: will.message), isUrgent: true)
            }
            if decision.ends {
                unit.retainShare()
                let removal = StoreChange.removeSession(session.pointee.key)
                ledger.note(LedgerEntry(change: removal, completion: .share(unit)), isUrgent: true)
            }
            carryOut(decision, for: session, unit)
        }
        // Not in the unit, which may be handed over after what the client does next.
        if decision.ends { ledger.lastEnd = unit } else { storeTimes(of: session) }
    }

    private func carryOut(
        _ decision: SessionLifetime.Decision,
        for session: UnsafeMutablePointer<Session>,
        _ unit: CommitTicket?
    ) {
        let (handle, clientID) = (session.pointee.handle, session.pointee.clientID)
        let publisher = decision.will == nil ? 0 : mark(of: session)
        let access = decision.will == nil ? nil : session.pointee.access
        if decision.ends {
            endSession(session, unit)
        } else if let time = decision.wakeAt {
            session.pointee.timer = SessionTimer(shard: self, session: handle, at: time)
        }
        // After the session's end, so that the client's own subscriptions see nothing of it.
        guard let will = decision.will else { return }
        let due = DueWill(message: will, client: handle, publisher: publisher, access: access)
        // What is stored as one goes out as one.
        if unit == nil { publishWill(due, of: clientID) } else { publish(due) }
    }

    /// Forgets a session; what its client has retained stays. [MQTT-4.1.0-2] MQTT 3.1.1 [MQTT-3.1.2-7]
    private func endSession(_ session: UnsafeMutablePointer<Session>, _ unit: CommitTicket?) {
        session.pointee.timer?.cancel()
        counters.add(.subscriptions, -session.pointee.subscriptions.count)
        // Before its messages go to others, so that none comes back.
        subscriptions.removeAll(of: &session.pointee.subscriptions)
        var orphans: ContiguousArray<Delivery> = []
        let lost = session.pointee.outbound.removeAll { orphans.append($0) }
        if lost > 0 { counters.dropped(.sessionEnded, lost) }
        if let unit { ledger?.callBackAll(of: session, for: unit) }
        removeSession(session)
        for orphan in orphans { redispatch(orphan.message, orphan.group) }
    }

    /// Retained messages still to be sent join the queue of a session that goes on, as far as it takes them.
    func keepReplays(_ session: UnsafeMutablePointer<Session>) {
        while var replay = session.pointee.replays.popFirst() {
            guard session.pointee.lifetime.expiryInterval > 0, replay.qos > .atMostOnce else { continue }
            while let message = replay.current {
                replay.advance()
                // What was retained since has joined the queue already.
                guard retained.isCurrent(message), !message.isExpired(at: reactor.now) else { continue }
                let delivery = replay.delivery(of: message)
                guard delivery.qos > .atMostOnce else { continue }
                let offer = session.pointee.outbound.offer(delivery, writable: false, limits: limits)
                if offer == .refused {
                    counters.dropped(.queueFull)
                } else if slot(of: session).pointee.isKept {
                    storeLast(of: session, delivery.qos)
                }
            }
            replayed(replay, to: session)
        }
    }

    // MARK: Retained messages

    /// By what the retained messages of a session's client are known; 0 for a client without a credential.
    func mark(of session: UnsafeMutablePointer<Session>) -> UInt64 {
        let entry = session.pointee.credentialEntry
        return entry == 0 ? 0 : retained.mark(of: credentials.pointee.credentials(of: entry).credential)
    }

    /// As below; `ticket` waits until it is stored.
    func retain(_ source: PublishSource, publisher: UInt64, _ ticket: CommitTicket?) -> Bool {
        guard let ticket, let ledger else { return retain(source, publisher: publisher) }
        return ledger.withTicket(ticket) { retain(source, publisher: publisher) }
    }

    /// Retains a message, or with an empty payload removes what its topic retains; false where a bound forbids it.
    func retain(_ source: PublishSource, publisher: UInt64) -> Bool {
        // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
        guard !source.payload.isEmpty else {
            retained.remove(source.topic)
            noteRetained()
            return true
        }
        let message = Message.make(source, id: recordNumber(), arrival: reactor.now, publisher: publisher)
        guard retained.set(message) else {
            counters.dropped(.retainedFull)
            return false
        }
        noteRetained()
        if message.expires { sweepRetained() }
        return true
    }
}
