import MQTTCodec
import Reactors

/// A client's PUBLISH: judged, answered, passed on.
extension ClientConnection {
    /// Handles a PUBLISH that is well-formed.
    func handle(_ view: PublishView, in packet: UnsafeRawBufferPointer) {
        guard let session else { return }
        let configuration = shard.configuration
        // [MQTT-3.2.2-11]
        guard view.qos <= configuration.maximumQoS else { return refuse(.qosNotSupported) }
        // [MQTT-3.2.2-14]
        guard !view.retain || configuration.retainAvailable else { return refuse(.retainNotSupported) }
        // Before an alias learns the topic: what an alias stands for is within the limits.
        guard configuration.topics.allows(view) else { return turnDown(view, .topicNameInvalid) }
        // Before anything else is made of the packet: the alias stands even if its message goes no further.
        if let alias = view.topicAlias, !view.topic.isEmpty {
            state.pointee.aliases.set(alias, view.topicBytes(in: packet))
        }
        if view.qos == .atLeastOnce, isTaken(view.packetIdentifier) {
            return acknowledge(view, .packetIdentifierInUse)
        }
        if view.qos > .atMostOnce {
            // Clients before 5.0 were told no limit; the number of identifiers is one.
            let isLimited = state.pointee.version.hasProperties
            let limit = isLimited ? Int(configuration.receiveMaximum) : Int(UInt16.max)
            switch session.pointee.inbound.verdict(qos: view.qos, packetID: view.packetIdentifier, limit: limit) {
            case .new: break
            case .repeated: return acknowledgeAgain(view, session)
            case .exceedsReceiveMaximum: return refuse(.receiveMaximumExceeded)
            }
        }
        guard let alias = view.topicAlias, view.topic.isEmpty else {
            return accept(view, packet, topic: view.topicBytes(in: packet), session)
        }
        // [MQTT-3.3.2-7]: an alias means nothing before it was given a topic.
        guard let topic = state.pointee.aliases.topic(alias) else { return refuse(.protocolError) }
        topic.withUnsafeBytes { accept(view, packet, topic: $0, session) }
    }

    private func accept(
        _ view: PublishView,
        _ packet: UnsafeRawBufferPointer,
        topic: UnsafeRawBufferPointer,
        _ session: UnsafeMutablePointer<Session>
    ) {
        guard shard.mayPublish(topic, session) else { return turnDown(view, .notAuthorized) }
        // MQTT 5.0 § 3.3.2.3.2
        if view.payloadIsText, !TextRules.isWellFormedUTF8(view.payloadBytes(in: packet)) {
            return turnDown(view, .payloadFormatInvalid)
        }
        withSource(view, packet, topic: topic) { source in
            var ticket: CommitTicket?
            if shard.ledger != nil, view.qos > .atMostOnce {
                // What is on disk when: Storage/README.md
                switch shard.storage(for: source, view.packetIdentifier, session) {
                case .notNeeded: break
                case .needed(let made): ticket = made
                case .refused: return turnDown(view, .quotaExceeded)
                }
            }
            let awaited = shard.ledger?.commitsFirst == true ? ticket : nil
            awaited?.connection = self
            awaited?.tellsPublisher = true
            // [MQTT-3.3.1-8]
            if source.retain, !shard.retain(source, publisher: shard.mark(of: session), ticket), view.qos > .atMostOnce,
                state.pointee.version.hasProperties
            {
                return turnDown(view, .quotaExceeded)
            }
            let outcome = shard.publish(source, from: session.pointee.handle, ticket)
            if view.qos == .exactlyOnce { session.pointee.inbound.accept(view.packetIdentifier, after: awaited) }
            // MQTT 5.0 § 3.4.2.1
            acknowledge(view, outcome.matched ? .success : .noMatchingSubscribers, after: awaited)
            if outcome.publisherShouldWait {
                shard.heldPublishers.append(self)
                hold(.crossShard)
            }
            if let ledger = shard.ledger, ledger.isOverfull { ledger.holdBack(self) }
        }
    }

    /// The message's parts; properties that are not forwarded as they are get left out of a copy.
    @inline(__always)
    private func withSource(
        _ view: PublishView,
        _ packet: UnsafeRawBufferPointer,
        topic: UnsafeRawBufferPointer,
        _ body: (PublishSource) -> Void
    ) {
        var source = PublishSource(
            topic: topic,
            properties: UnsafeRawBufferPointer(rebasing: packet[view.properties]),
            expiryInterval: view.messageExpiryInterval,
            payload: view.payloadBytes(in: packet),
            qos: view.qos,
            retain: view.retain
        )
        if packet[0] == Self.plainHeader, view.topicAlias == nil {
            source.packet = packet
            source.packetIsVersion5 = state.pointee.version.hasProperties
        }
        let size = view.forwardedPropertiesSize
        guard size != view.properties.count else { return body(source) }
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { room in
            view.copyForwardedProperties(from: packet, into: room)
            source.properties = UnsafeRawBufferPointer(room)
            body(source)
        }
    }

    /// A PUBLISH with QoS 0, without DUP and RETAIN.
    private static let plainHeader: UInt8 = 0x30

    @inline(__always)
    private func acknowledge(_ view: PublishView, _ reason: ReasonCode, after ticket: CommitTicket? = nil) {
        // [MQTT-3.3.4-1]
        switch view.qos {
        case .atMostOnce: break
        // [MQTT-4.3.2-4]
        case .atLeastOnce: acknowledge(.puback, view.packetIdentifier, reason, after: ticket)
        // [MQTT-4.3.3-8]
        case .exactlyOnce: acknowledge(.pubrec, view.packetIdentifier, reason, after: ticket)
        }
    }

    /// Acknowledges at once, or when the store has the message and all acknowledgements before this one have left.
    private func acknowledge(
        _ kind: AcknowledgementPacket.Kind,
        _ packetID: UInt16,
        _ reason: ReasonCode,
        after ticket: CommitTicket?
    ) {
        guard ticket != nil || deferred != nil else { return answer(kind, packetID, reason) }
        let deferred = self.deferred ?? DeferredAcknowledgements()
        self.deferred = deferred
        deferred.append(.init(kind: kind, packetID: packetID, reason: reason, ticket: ticket))
        acknowledgeDeferred()
    }

    /// Writes the acknowledgements that need not wait any more.
    func acknowledgeDeferred() {
        while session != nil, !isRefused, let entry = deferred?.popReady() {
            guard entry.ticket?.isRefused == true else {
                answer(entry.kind, entry.packetID, entry.reason)
                continue
            }
            // Before 5.0 the only word for it is the end: the client sends the message again.
            guard state.pointee.version.hasProperties else {
                isRefused = true
                // Not here: this may be in the middle of another message's way to its receivers.
                // Sendable: posted to the reactor that the connection belongs to, which is this one.
                nonisolated(unsafe) let connection = self
                return shard.reactor.post { connection.refuse(.quotaExceeded) }
            }
            answer(entry.kind, entry.packetID, .quotaExceeded)
        }
        if deferred?.isEmpty == true { deferred = nil }
    }

    /// PUBREC for a message that was passed on before, when the store has it.
    private func acknowledgeAgain(_ view: PublishView, _ session: UnsafeMutablePointer<Session>) {
        let ticket = session.pointee.inbound.ticket(of: view.packetIdentifier)
        ticket?.connection = self
        acknowledge(.pubrec, view.packetIdentifier, .success, after: ticket)
    }

    /// A message that is not passed on. 5.0 has a code for it at QoS 1 and 2; at QoS 0 a rule of form ends the
    /// connection and a forbidden topic does what the configuration says. Before 5.0 the only words are silence and the
    /// end.
    private func turnDown(_ view: PublishView, _ reason: ReasonCode) {
        let isForbidden = reason == .notAuthorized
        if isForbidden { shard.counters.add(.deniedPublishes) }
        let endsForbidden = shard.configuration.onDenied == .disconnect
        if state.pointee.version.hasProperties {
            // A QoS 2 identifier that is refused is not open. [MQTT-4.3.3-9]
            if view.qos > .atMostOnce { return acknowledge(view, reason) }
            if !isForbidden || endsForbidden { return refuse(reason) }
        } else if isForbidden ? endsForbidden : reason != .payloadFormatInvalid {
            return refuse(reason)
        }
        shard.counters.dropped(.notAuthorized)
        // MQTT 3.1.1 [MQTT-3.3.5-2]
        acknowledge(view, .success)
        if view.qos == .exactlyOnce { session?.pointee.inbound.accept(view.packetIdentifier) }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether a topic belongs to the broker, so that no client publishes to it.
    var isReservedTopic: Bool {
        guard first == UInt8(ascii: "$") else { return false }
        return hasFirstLevel(Self.statistics) || hasFirstLevel(Self.events)
    }

    private static var statistics: StaticString { "$SYS" }
    private static var events: StaticString { "$events" }

    private func hasFirstLevel(_ name: StaticString) -> Bool {
        let length = name.utf8CodeUnitCount
        guard count >= length else { return false }
        let level = UnsafeRawBufferPointer(start: name.utf8Start, count: length)
        guard UnsafeRawBufferPointer(rebasing: self[..<length]).elementsAreEqual(to: level) else { return false }
        return count == length || self[length] == UInt8(ascii: "/")
    }
}
