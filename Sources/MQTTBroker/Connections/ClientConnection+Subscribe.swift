import MQTTCodec
import Reactors

/// SUBSCRIBE and UNSUBSCRIBE.
extension ClientConnection {
    /// Handles a SUBSCRIBE: one code for each filter, then the retained messages. [MQTT-3.8.4-1] [MQTT-3.8.4-5]
    /// [MQTT-3.8.4-6]
    func handle(_ packet: SubscribePacket) {
        guard let session else { return }
        guard !isTaken(packet.packetIdentifier) else {
            let codes = packet.subscriptions.map { _ in ReasonCode.packetIdentifierInUse }
            return send(SubackPacket(packetIdentifier: packet.packetIdentifier, codes))
        }
        let identifier = packet.properties.subscriptionIdentifier ?? 0
        // However often a packet names a filter, its retained messages are looked up once: a packet of many thousand `#`
        // must not cost as many walks through all that is retained.
        var replayed: [TopicFilter: Int] = [:]
        count(subscriptions: packet.subscriptions.count)
        var added: [TopicFilter] = []
        let codes = packet.subscriptions.enumerated().map { index, subscription in
            guard index < shard.filtersAsked else { return ReasonCode.quotaExceeded }
            let (code, isNew) = subscribe(session, subscription, identifier)
            if !code.isFailure, isNew { added.append(subscription.filter) }
            if !code.isFailure, subscription.bringsRetained(isNew: isNew) { replayed[subscription.filter] = index }
            return code
        }
        for index in replayed.values.sorted() where self.session != nil {
            replayRetained(session, packet.subscriptions[index], identifier)
        }
        guard self.session != nil else { return }
        shard.whenSubscribed(session) { [self] isStored in
            guard let session = self.session else { return }
            // [MQTT-3.8.4-2] [MQTT-3.9.3-1]
            let codes = isStored ? codes : codes.map { $0.isFailure ? $0 : .quotaExceeded }
            if !isStored { for filter in added { drop(filter, session) } }
            send(SubackPacket(packetIdentifier: packet.packetIdentifier, codes))
            // A SUBACK that the client does not take has ended the connection, and perhaps the session.
            guard self.session != nil else { return }
            shard.pump(session)
        }
    }

    /// Whether a QoS 2 exchange of the client is open under an identifier: then nothing else may begin under it.
    /// MQTT 5.0 § 2.2.1; before 5.0 there is no code to say so, and no harm in it.
    func isTaken(_ packetID: UInt16) -> Bool {
        state.pointee.version.hasProperties && session?.pointee.inbound.isOpen(packetID) == true
    }

    private func subscribe(
        _ session: UnsafeMutablePointer<Session>,
        _ subscription: Subscription,
        _ identifier: UInt32
    ) -> (code: ReasonCode, isNew: Bool) {
        let filter = subscription.filter
        let options = subscription.options
        guard shard.configuration.topics.allows(filter) else { return (.topicFilterInvalid, false) }
        let isAllowed = filter.withParts { matched, _ in shard.maySubscribe(matched, session) }
        guard isAllowed else {
            shard.counters.add(.deniedSubscriptions)
            return (.notAuthorized, false)
        }
        guard !shard.refusesToStore(for: session) else { return (.quotaExceeded, false) }
        let qos = granted(options.maximumQoS)
        var delivery = DeliveryOptions(
            qos: qos,
            noLocal: options.noLocal,
            retainAsPublished: options.retainAsPublished
        )
        delivery.kept = shard.slot(of: session).pointee.isKept
        let outcome = filter.withParts { matched, group in
            shard.subscriptions.subscribe(
                filter: matched,
                group: group,
                session: session.pointee.handle,
                options: delivery,
                identifier: identifier,
                limit: shard.configuration.maximumSubscriptionsPerClient,
                in: &session.pointee.subscriptions
            )
        }
        switch outcome {
        case .overQuota: return (.quotaExceeded, false)
        case .new: shard.counters.add(.subscriptions)
        case .replaced: break
        }
        // [MQTT-3.8.4-7]
        shard.storeSubscription(session, filter, delivery, identifier)
        return (.granted(qos), outcome == .new)
    }

    // [MQTT-3.2.2-10]
    private func granted(_ qos: QoS) -> QoS { min(qos, shard.configuration.maximumQoS) }

    /// Has the retained messages of a subscription sent, in place of what an earlier one to its filter still waits for.
    private func replayRetained(
        _ session: UnsafeMutablePointer<Session>,
        _ subscription: Subscription,
        _ identifier: UInt32
    ) {
        let filter = subscription.filter
        forgetReplay(of: filter, session)
        guard !shard.retained.isEmpty else { return }
        state.pointee.hasSearchedRetained = true
        let messages = filter.withParts { matched, _ in
            shard.retained.messages(matching: matched, at: shard.reactor.now)
        }
        guard !messages.isEmpty else { return }
        let qos = granted(subscription.options.maximumQoS)
        session.pointee.replays.append(
            RetainedReplay(
                messages: messages,
                filter: filter,
                qos: qos,
                identifier: identifier,
                stored: shard.storeReplay(session, subscription, qos, identifier)
            )
        )
        // A client that subscribes again and again without taking what it asked for must not fill the memory.
        let most = shard.configuration.maximumRetainedMessages + (shard.retained.system?.count ?? 0)
        let backlog = most * Self.replayFactor
        if session.pointee.replayBacklog > backlog { refuse(.quotaExceeded) }
    }

    private func forgetReplay(of filter: TopicFilter, _ session: UnsafeMutablePointer<Session>) {
        for index in 0..<session.pointee.replays.count where session.pointee.replays[index].filter == filter {
            _ = session.pointee.replays.remove(at: index)
            return
        }
    }

    /// How many times all retained messages may wait for one client at once: eight bytes for each.
    private static let replayFactor = 2

    /// Handles an UNSUBSCRIBE; what is in flight by its filters is completed. [MQTT-3.10.4-3] [MQTT-3.10.4-4]
    /// [MQTT-3.10.4-5] [MQTT-3.10.4-6]
    func handle(_ packet: UnsubscribePacket) {
        guard let session else { return }
        guard !isTaken(packet.packetIdentifier) else {
            let codes = packet.filters.map { _ in ReasonCode.packetIdentifierInUse }
            return send(UnsubackPacket(packetIdentifier: packet.packetIdentifier, codes))
        }
        count(subscriptions: packet.filters.count)
        let codes = packet.filters.map { drop($0, session) ? ReasonCode.success : .noSubscriptionExisted }
        shard.whenUnsubscribed(session) { [self] in
            guard self.session != nil else { return }
            send(UnsubackPacket(packetIdentifier: packet.packetIdentifier, codes))
        }
    }

    /// Ends a subscription; tells whether there was one.
    @discardableResult
    private func drop(_ filter: TopicFilter, _ session: UnsafeMutablePointer<Session>) -> Bool {
        let existed = filter.withParts { matched, group in
            shard.subscriptions.unsubscribe(
                filter: matched,
                group: group,
                session: session.pointee.handle,
                in: &session.pointee.subscriptions
            )
        }
        if existed { shard.counters.add(.subscriptions, -1) }
        // [MQTT-3.10.4-2]
        forgetReplay(of: filter, session)
        if existed { shard.forgetSubscription(session, filter) }
        return existed
    }
}

extension Subscription {
    /// Whether it begins with the retained messages.
    fileprivate func bringsRetained(isNew: Bool) -> Bool {
        // MQTT 5.0 § 4.8.2: a shared subscription gets no retained messages when it begins.
        guard !filter.isShared else { return false }
        return switch options.retainHandling {
        // [MQTT-3.3.1-9] [MQTT-3.8.4-4]
        case .send: true
        // [MQTT-3.3.1-10]
        case .sendIfNew: isNew
        // [MQTT-3.3.1-11]
        case .doNotSend: false
        }
    }
}

extension TopicFilter {
    /// Calls `body` with the part topics are compared with, and the share name if there is one.
    func withParts<Result>(
        _ body: (_ matched: UnsafeRawBufferPointer, _ group: UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        matchedBytes.withUnsafeBytes { matched in
            guard let shareName else { return body(matched, nil) }
            return shareName.withUnsafeBytes { body(matched, $0) }
        }
    }
}
