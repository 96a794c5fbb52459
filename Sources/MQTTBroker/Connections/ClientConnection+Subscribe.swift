import MQTTCodec
import Reactors

/// SUBSCRIBE and UNSUBSCRIBE.
extension ClientConnection {
    /// Handles a SUBSCRIBE: one code for each filter, then the retained messages. [MQTT-3.8.4-1] [MQTT-3.8.4-6]
    func handle(_ packet: SubscribePacket) {
        guard let session else { return }
        let identifier = packet.properties.subscriptionIdentifier ?? 0
        var codes: [ReasonCode] = []
        for subscription in packet.subscriptions where self.session != nil {
            codes.append(subscribe(session, subscription, identifier))
        }
        guard self.session != nil else { return }
        // [MQTT-3.8.4-2] [MQTT-3.9.3-1]
        send(SubackPacket(packetIdentifier: packet.packetIdentifier, codes))
        shard.pump(session)
    }

    private func subscribe(
        _ session: UnsafeMutablePointer<Session>,
        _ subscription: Subscription,
        _ identifier: UInt32
    ) -> ReasonCode {
        let filter = subscription.filter
        let options = subscription.options
        guard shard.configuration.topics.allows(filter) else { return .topicFilterInvalid }
        let qos = min(options.maximumQoS, shard.configuration.maximumQoS)
        let outcome = filter.withParts { matched, group in
            shard.subscriptions.subscribe(
                filter: matched,
                group: group,
                session: session.pointee.handle,
                options: DeliveryOptions(
                    qos: qos,
                    noLocal: options.noLocal,
                    retainAsPublished: options.retainAsPublished
                ),
                identifier: identifier,
                limit: shard.configuration.maximumSubscriptionsPerClient,
                in: &session.pointee.subscriptions
            )
        }
        switch outcome {
        case .overQuota: return .quotaExceeded
        case .new: shard.counters.add(.subscriptions)
        case .replaced: break
        }
        replayRetained(session, subscription, qos: qos, identifier, isNew: outcome == .new)
        return .granted(qos)
    }

    private func replayRetained(
        _ session: UnsafeMutablePointer<Session>,
        _ subscription: Subscription,
        qos: QoS,
        _ identifier: UInt32,
        isNew: Bool
    ) {
        // MQTT 5.0 § 4.8.2: a shared subscription gets no retained messages when it begins.
        guard !subscription.filter.isShared else { return }
        switch subscription.options.retainHandling {
        // [MQTT-3.3.1-9]
        case .send: break
        // [MQTT-3.3.1-10]
        case .sendIfNew: guard isNew else { return }
        // [MQTT-3.3.1-11]
        case .doNotSend: return
        }
        let messages = subscription.filter.withParts { matched, _ in
            shard.retained.messages(matching: matched, at: shard.reactor.now)
        }
        guard !messages.isEmpty else { return }
        session.pointee.replays.append(RetainedReplay(messages: messages, qos: qos, identifier: identifier))
        // A client that subscribes again and again without taking what it asked for must not fill the memory.
        let backlog = shard.configuration.maximumRetainedMessages * Self.replayFactor
        if session.pointee.replayBacklog > backlog { refuse(.quotaExceeded) }
    }

    /// How many times all retained messages may wait for one client at once: eight bytes for each.
    private static let replayFactor = 2

    /// Handles an UNSUBSCRIBE. [MQTT-3.10.4-4] [MQTT-3.10.4-5]
    func handle(_ packet: UnsubscribePacket) {
        guard let session else { return }
        let codes = packet.filters.map { filter in
            let existed = filter.withParts { matched, group in
                shard.subscriptions.unsubscribe(
                    filter: matched,
                    group: group,
                    session: session.pointee.handle,
                    in: &session.pointee.subscriptions
                )
            }
            if existed { shard.counters.add(.subscriptions, -1) }
            return existed ? ReasonCode.success : .noSubscriptionExisted
        }
        send(UnsubackPacket(packetIdentifier: packet.packetIdentifier, codes))
    }
}

extension TopicFilter {
    /// Calls `body` with the part topics are compared with, and the share name if there is one.
    fileprivate func withParts<Result>(
        _ body: (_ matched: UnsafeRawBufferPointer, _ group: UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        matchedBytes.withUnsafeBytes { matched in
            guard let shareName else { return body(matched, nil) }
            return shareName.withUnsafeBytes { body(matched, $0) }
        }
    }
}
