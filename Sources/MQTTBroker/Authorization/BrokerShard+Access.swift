import MQTTCodec

/// What clients may do here. Without rules every question is one comparison.
extension BrokerShard {
    /// Puts rules in force, for clients that are connected too: their next message, and every message to them from now
    /// on, is asked about. Subscriptions stay, and bring what may be read.
    func use(_ rules: AccessRules?) {
        access.pointee.use(rules)
        guard rules != nil else {
            cache.pointee.setReaders(nil)
            return
        }
        cache.pointee.setReaders { [unowned self] topic, receiver in
            let slot = slots.pointee[receiver.slot]
            guard slot.pointee.generation == receiver.generation else { return true }
            return mayRead(topic, slot.pointee.session)
        }
    }

    /// Whether a client may publish to a topic.
    @inline(__always)
    func mayPublish(_ topic: UnsafeRawBufferPointer, _ session: UnsafeMutablePointer<Session>) -> Bool {
        guard !topic.isReservedTopic else { return false }
        guard let rules = access.pointee.rules else { return true }
        return ask(rules, .publish, topic, session)
    }

    /// Whether messages of a topic may be delivered to a session.
    ///
    /// Of one whose client nobody knows, as it has not come since the broker started, yes: they wait in its queue, and are
    /// asked about again when they leave it.
    @inline(__always)
    func mayRead(_ topic: UnsafeRawBufferPointer, _ session: UnsafeMutablePointer<Session>) -> Bool {
        guard let rules = access.pointee.rules else { return true }
        return ask(rules, .read, topic, session)
    }

    /// Whether a message may be delivered to a session; counted where it may not.
    func mayTake(_ message: Message, _ session: UnsafeMutablePointer<Session>) -> Bool {
        guard access.pointee.rules != nil, !message.withTopic({ mayRead($0, session) }) else { return true }
        counters.dropped(.notReadable)
        return false
    }

    /// Whether a client may subscribe to the part of a filter that topics are compared with.
    func maySubscribe(_ filter: UnsafeRawBufferPointer, _ session: UnsafeMutablePointer<Session>) -> Bool {
        guard let rules = access.pointee.rules else { return true }
        return ask(rules, .subscribe, filter, session)
    }

    /// Filters of one SUBSCRIBE that rules are asked about: many more than a client may hold, and few enough that nobody else
    /// waits for the answers.
    var filtersAsked: Int {
        access.pointee.rules == nil ? .max : configuration.maximumSubscriptionsPerClient * 2 + 64
    }

    /// Whether a client that is not connected yet may have a will for this topic.
    func mayPublishWill(_ topic: TopicName, _ client: ClientProfile) -> Bool {
        topic.bytes.withUnsafeBytes { topic in
            guard !topic.isReservedTopic else { return false }
            return access.pointee.rules?.decision(.publish, topic, for: AccessClient(client)).isAllowed ?? true
        }
    }

    /// Whether the will of a client that is gone may still be published: the rules may have changed since its CONNECT.
    func mayPublish(_ will: PublishSource, by client: SessionAccess?) -> Bool {
        guard let rules = access.pointee.rules, let client else { return true }
        return client.decision(.publish, will.topic, by: rules, generation: access.pointee.generation).isAllowed
    }

    /// Notes who has taken a session up.
    func identify(_ session: UnsafeMutablePointer<Session>, as client: ClientProfile) {
        guard access.pointee.rules != nil else {
            session.pointee.access = nil
            return
        }
        let known = AccessClient(client)
        guard session.pointee.access?.client != known else { return }
        session.pointee.access = SessionAccess(known)
        // Topics remember who may read them.
        if session.pointee.subscriptions.count > 0 { cache.pointee.forgetReaders() }
    }

    private func ask(
        _ rules: AccessRules,
        _ action: AccessAction,
        _ topic: UnsafeRawBufferPointer,
        _ session: UnsafeMutablePointer<Session>
    ) -> Bool {
        guard let client = known(session) else { return true }
        return client.decision(action, topic, by: rules, generation: access.pointee.generation).isAllowed
    }

    /// What rules know of a session's client; also of one that came when there were no rules.
    private func known(_ session: UnsafeMutablePointer<Session>) -> SessionAccess? {
        if let client = session.pointee.access { return client }
        guard let profile = session.pointee.connection?.client?.profile else { return nil }
        let client = SessionAccess(AccessClient(profile))
        session.pointee.access = client
        return client
    }
}
