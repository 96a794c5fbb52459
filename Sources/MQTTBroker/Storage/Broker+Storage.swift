import MQTTCodec
import Reactors

/// What is kept: read at the start, written to the end.
extension Broker {
    /// Whether the store works; for readiness.
    package var storageState: StorageState { writer?.state ?? .none }

    /// What the store has been given; nil without one.
    package var storageStatistics: StorageStatistics? { writer?.statistics }

    /// Has everything stored that is not yet; returns when it is, or cannot be.
    func finishStoring() async {
        guard let writer else { return }
        for shard in shards {
            await Reply.awaiting(or: ()) { reply in
                shard.reactor.post {
                    shard.ledger?.handOver(everything: true)
                    reply.send(())
                }
            }
        }
        await withCheckedContinuation { continuation in
            writer.whenIdle { continuation.resume() }
        }
        writer.closeGraveyard()
    }

    /// Puts back what was stored; before any reactor uses the shards.
    func restore(_ contents: StoredContents, _ clocks: ClockPair) {
        guard let writer else { return }
        let storing: Storing = writer.storage.durability == .commit ? .beforeSending : .alongside
        for message in contents.retained { retained.restore(message) }
        for stored in contents.sessions.values {
            home(of: stored.session.clientID).restore(stored, storing, clocks)
        }
        // After all subscriptions, so that a delivery finds the shared one that it came by.
        for stored in contents.sessions.values {
            home(of: stored.session.clientID).restoreDeliveries(of: stored)
        }
        for (index, shard) in shards.enumerated() {
            // Sendable: read only from here on.
            nonisolated(unsafe) let contents = contents
            // Before the first client: mail is read before listeners.
            shard.reactor.post {
                if index == 0 {
                    shard.repair(contents)
                    shard.publishWidowed(contents.widowedWills)
                }
                shard.restored(contents.sessions.values, clocks)
            }
        }
    }
}

/// One shard's part of what was stored.
extension BrokerShard {
    fileprivate func restore(_ stored: StoredContents.SessionContents, _ storing: Storing, _ clocks: ClockPair) {
        let session = restoreSession(stored.session.clientID)
        let handle = session.pointee.handle
        let interval = stored.session.expiryInterval
        session.pointee.key = stored.session.key
        session.pointee.storedExpiry = StoredExpiry(interval: interval, hasDeadline: stored.session.deadline != nil)
        session.pointee.lifetime = SessionLifetime(
            expiryInterval: interval,
            expiry: clocks.deadline(stored.session.deadline, after: interval == .max ? nil : interval)
        )
        if let (will, message) = stored.will {
            session.pointee.keptWill = KeptWill(id: will.id, message: message)
            let due = clocks.deadline(will.due, after: will.delay)
            session.pointee.lifetime.restore(WillMessage(will, message), due: due)
        }
        session.pointee.outbound.storing = storing
        for packetID in stored.inbound { session.pointee.inbound.restore(packetID) }
        if let credential = stored.session.credential {
            session.pointee.credentialEntry = credentials.pointee.insert(
                credential,
                issuer: stored.session.issuer,
                session: handle.slot
            )
        }
        slot(of: session).pointee.isKept = true
        for subscription in stored.subscriptions { restore(subscription, of: session) }
        subscriptions.setOnline(false, of: session.pointee.subscriptions)
    }

    private func restore(_ stored: StoredSubscription, of session: UnsafeMutablePointer<Session>) {
        guard let filter = try? TopicFilter(stored.filter) else { return }
        var options = DeliveryOptions(
            qos: stored.qos,
            noLocal: stored.noLocal,
            retainAsPublished: stored.retainAsPublished
        )
        options.kept = true
        let outcome = filter.withParts { matched, group in
            subscriptions.subscribe(
                filter: matched,
                group: group,
                session: session.pointee.handle,
                options: options,
                identifier: stored.identifier,
                limit: .max,
                in: &session.pointee.subscriptions
            )
        }
        if outcome == .new { counters.add(.subscriptions) }
    }

    fileprivate func restoreDeliveries(of stored: StoredContents.SessionContents) {
        guard let slot = directory[stored.session.clientID] else { return }
        let session = slots.pointee[slot].pointee.session
        let inFlight = stored.deliveries.filter { $0.0.stage != .waiting }
        let waiting = stored.deliveries.filter { $0.0.stage == .waiting }
        var displaced: [UInt64] = []
        for (row, message) in inFlight + waiting {
            let delivery = message.map { message in
                Delivery(
                    message: message,
                    terms: DeliveryTerms(
                        qos: row.qos,
                        retain: row.retain,
                        identifiers: SubscriptionIdentifiers(stored: row.identifiers),
                        group: group(row.sharedFilter)
                    )
                )
            }
            if let old = session.pointee.outbound.restore(row, delivery) { displaced.append(old) }
        }
        guard !displaced.isEmpty else { return }
        let handle = session.pointee.handle
        reactor.post { [self, displaced] in renumber(handle, insteadOf: displaced) }
    }

    /// Has the rows stored under the numbers that restoring gave them, and the old ones forgotten: one transaction.
    private func renumber(_ handle: SessionHandle, insteadOf old: [UInt64]) {
        guard let ledger, let session = session(handle) else { return }
        ledger.asUnit { _ in
            // The old ones first: a number may be both.
            for sequence in old {
                let removal = StoreChange.removeDeliveries(session.pointee.key, sequence...sequence)
                ledger.note(LedgerEntry(change: removal), isUrgent: true)
            }
            for sequence in session.pointee.outbound.unstored { ledger.store(sequence, of: session) }
        }
    }

    private func group(_ filter: [UInt8]?) -> SharedGroupID {
        guard let filter, let filter = try? TopicFilter(filter) else { return .none }
        return filter.withParts { matched, name in
            guard let name else { return .none }
            return subscriptions.read { tree, _ in tree.group(name, matched) }
        }
    }

    /// On the reactor: what was due while nobody was there is due now.
    fileprivate func restored(
        _ sessions: Dictionary<SessionKey, StoredContents.SessionContents>.Values,
        _ clocks: ClockPair
    ) {
        for stored in sessions {
            guard let slot = directory[stored.session.clientID] else { continue }
            let session = slots.pointee[slot].pointee.session
            guard session.pointee.key == stored.session.key else { continue }
            for subscription in stored.subscriptions where subscription.bringsRetained {
                replay(subscription, to: session)
            }
            // Its connection ended with the process: the time begins now, and not anew with the next start.
            if stored.session.deadline == nil || stored.will.map({ $0.0.due == nil }) == true {
                storeTimes(of: session)
            }
            guard let time = session.pointee.lifetime.restored().wakeAt else { continue }
            session.pointee.timer = SessionTimer(shard: self, session: session.pointee.handle, at: time)
        }
    }

    private func replay(_ stored: StoredSubscription, to session: UnsafeMutablePointer<Session>) {
        guard let filter = try? TopicFilter(stored.filter) else { return }
        let messages = filter.withParts { matched, _ in retained.messages(matching: matched, at: reactor.now) }
        var done = stored
        done.bringsRetained = false
        session.pointee.replays.append(
            RetainedReplay(
                messages: messages,
                filter: filter,
                qos: stored.qos,
                identifier: stored.identifier,
                stored: done
            )
        )
        keepReplays(session)
    }

    fileprivate func repair(_ contents: StoredContents) {
        if contents.publisherKey == nil {
            ledger?.note(LedgerEntry(change: .put(.publisherKey(retained.publisherKey))), isUrgent: true)
        }
        for change in contents.repairs { ledger?.note(LedgerEntry(change: change), isUrgent: true) }
    }

    fileprivate func publishWidowed(_ wills: [(StoredWill, Message)]) {
        for (stored, message) in wills {
            ledger?.asUnit { _ in
                ledger?.note(LedgerEntry(change: .removeWill(stored.id), message: message), isUrgent: true)
                let will = WillMessage(stored, message)
                publish(DueWill(message: will, client: .none, publisher: 0, access: nil))
            }
        }
    }
}

extension ClockPair {
    /// A stored deadline on this process's clock; where none is stored, or it lies further off than it can, counted from
    /// now.
    fileprivate func deadline(_ stored: WallTime?, after seconds: UInt32?) -> MonotonicTime {
        let latest = seconds.map { monotonic.advanced(by: .seconds(Int64($0))) } ?? .distantFuture
        return min(monotonic(stored), latest)
    }
}

extension SubscriptionIdentifiers {
    /// The identifiers of a stored delivery.
    fileprivate init(stored: [UInt32]) {
        if stored.count > 1 { self.init(ContiguousArray(stored)) } else { self.init(single: stored.first ?? 0) }
    }
}
