import MQTTCodec
import Reactors

/// The bounds on what waits for one session.
struct QueueLimits: Sendable {
    var messages: Int
    var bytes: Int
    var rule: QueueFullRule
}

/// What waits for a session and what is in flight to it: order, window, identifiers, redelivery. No I/O, no clock.
///
/// Front to back: messages in flight that this connection has seen, messages in flight that it has not seen yet (from an
/// earlier connection, or because the store comes first), messages that wait. MQTT 5.0 § 4.3, § 4.4, § 4.6, § 4.9
///
/// Of a session that is stored, each message has a row: a number that grows from front to back, and how it stands with the
/// store. What the store must hear of is left in `news`.
struct OutboundQueue: ~Copyable {
    /// How far the exchange for a message in flight has come.
    enum Stage: Equatable {
        case awaitsPuback
        case awaitsPubrec
        /// PUBREL is due or sent; the message itself is no longer needed.
        case awaitsPubcomp
    }

    struct InFlight {
        var packetID: UInt16
        var stage: Stage
        var delivery: Delivery?
        var row: DeliveryRow
        /// Whether it was sent on any connection.
        var wasSent = false
        /// Whether its next packet must wait for the store.
        var isHeld = false
    }

    /// What becomes of the session's messages in the store.
    var storing = Storing.no
    /// What the store has not been told yet; taken by `takeNews`.
    var news: ContiguousArray<RowNews> = []
    var lastSequence: UInt64 = 0

    var inFlight = RingBuffer<InFlight>()
    var waiting = RingBuffer<Delivery>()
    /// How many of `inFlight` have been sent on the present connection.
    var sentCount = 0
    /// Most that may be unacknowledged; 0 while not connected.
    private var window = 0
    var lastPacketID: UInt16 = 0
    private var waitingQoS0 = 0
    var inFlightBytes = 0
    var waitingBytes = 0
    /// Where what waits and what is in flight is counted; outlives the session.
    private unowned(unsafe) let counters: Counters?

    init(counters: Counters? = nil) {
        self.counters = counters
    }

    deinit { count(waiting: -waiting.count, inFlight: -inFlight.count, bytes: -byteCount) }

    /// Messages that wait for their turn.
    var waitingCount: Int { waiting.count }

    /// Messages in flight, sent again or not.
    var inFlightCount: Int { inFlight.count }

    /// Bytes of all messages held.
    var byteCount: Int { inFlightBytes + waitingBytes }

    /// Whether QoS 0 messages are among those that wait.
    var holdsQoS0: Bool { waitingQoS0 > 0 }

    var isEmpty: Bool { inFlight.isEmpty && waiting.isEmpty }

    // MARK: New messages

    /// What became of a message.
    enum Offer: Equatable {
        /// To be sent now under this identifier.
        case send(packetID: UInt16)
        /// In flight, to be sent by `next` when the store has it.
        case held
        /// Waits; so many others had to go for it.
        case queued(dropped: Int)
        /// Not taken: the queue is full.
        case refused
    }

    /// Takes a QoS 1 or 2 message, or a QoS 0 one to be kept; a `writable` connection may get it at once.
    mutating func offer(_ offered: Delivery, writable: Bool, limits: QueueLimits) -> Offer {
        let delivery = numbered(offered)
        // A client that reads and never acknowledges gets no more than one that does not read.
        let fits = isEmpty || byteCount + delivery.message.count <= limits.bytes
        if writable, fits, delivery.qos > .atMostOnce, waiting.isEmpty, let packetID = openPlace() {
            return enter(delivery, packetID, sendsNow: true) ? .send(packetID: packetID) : .held
        }
        guard let dropped = makeRoom(for: delivery, limits) else { return .refused }
        waiting.append(delivery)
        waitingBytes += delivery.message.count
        count(waiting: 1, bytes: delivery.message.count)
        if delivery.qos == .atMostOnce { waitingQoS0 += 1 }
        return .queued(dropped: dropped)
    }

    /// Puts a QoS 1 or 2 message in flight past the queue, if nothing waits there and the window is open; `held` where the
    /// store comes first, then `next` sends it.
    mutating func begin(_ delivery: Delivery) -> Offer? {
        guard waiting.isEmpty, let packetID = openPlace() else { return nil }
        return enter(numbered(delivery), packetID, sendsNow: true) ? .send(packetID: packetID) : .held
    }

    // MARK: Sending

    /// The next packet for the connection.
    enum Next {
        /// PUBLISH; packet id 0 at QoS 0.
        case publish(Delivery, packetID: UInt16, duplicate: Bool)
        case pubrel(packetID: UInt16)
    }

    /// Takes the next packet, if the window is open; messages that ran out are dropped and counted into `expired`.
    mutating func next(at now: MonotonicTime, expired: inout Int) -> Next? {
        if let next = nextInFlight() { return next }
        while !waiting.isEmpty {
            // [MQTT-3.3.2-5]
            if waiting[0].message.isExpired(at: now) {
                takeWaiting(at: 0).map { gone($0.row, $0.message) }
                expired += 1
                continue
            }
            if waiting[0].qos == .atMostOnce {
                // Not past what the store holds back. [MQTT-4.6.0-6]
                guard sentCount == inFlight.count else { return nil }
                return takeWaiting(at: 0).map { .publish($0, packetID: 0, duplicate: false) }
            }
            guard let packetID = openPlace(), let delivery = takeWaiting(at: 0) else { return nil }
            _ = enter(delivery, packetID, sendsNow: false)
            changed(delivery.row)
            if let next = nextInFlight() { return next }
        }
        return nil
    }

    /// The next of those in flight that this connection has not seen, unless window or store forbid it.
    private mutating func nextInFlight() -> Next? {
        guard sentCount < inFlight.count, sentCount < window, !inFlight[sentCount].isHeld else { return nil }
        // Unacknowledged packets go again in their order, under their identifiers, and do not run out. [MQTT-4.3.3-3]
        // [MQTT-4.3.3-5] [MQTT-4.3.3-7] [MQTT-4.3.3-13] [MQTT-4.4.0-1] [MQTT-4.6.0-1]
        let entry = inFlight[sentCount]
        inFlight[sentCount].wasSent = true
        sentCount += 1
        guard let delivery = entry.delivery else { return .pubrel(packetID: entry.packetID) }
        return .publish(delivery, packetID: entry.packetID, duplicate: entry.wasSent)
    }

    // MARK: Acknowledgements

    /// What an acknowledgement meant.
    enum Acknowledgement: Equatable {
        /// The exchange is over; its identifier is free.
        case completed
        /// PUBREL is to be sent.
        case release
        /// PUBREL is to be sent when the store knows of PUBREC.
        case releaseLater
        /// No such exchange, or not at that point.
        case unknown
    }

    /// PUBACK, which ends a QoS 1 exchange whatever it says. [MQTT-4.3.2-3]
    mutating func puback(_ packetID: UInt16) -> Acknowledgement {
        guard let index = find(packetID), inFlight[index].stage == .awaitsPuback else { return .unknown }
        leave(at: index)
        return .completed
    }

    /// PUBREC, after which the message is the receiver's and not sent again, or with a failure nobody's.
    /// [MQTT-4.3.3-4] [MQTT-4.3.3-6] [MQTT-4.4.0-2] [MQTT-4.8.2-6]
    mutating func pubrec(_ packetID: UInt16, isFailure: Bool) -> Acknowledgement {
        guard let index = find(packetID) else { return .unknown }
        switch inFlight[index].stage {
        case .awaitsPuback: return .unknown
        case .awaitsPubcomp: return inFlight[index].isHeld ? .releaseLater : .release
        case .awaitsPubrec:
            // It cannot know what was not sent.
            if inFlight[index].isHeld { return .unknown }
            if isFailure {
                leave(at: index)
                return .completed
            }
            changed(inFlight[index].row, inFlight[index].delivery?.message)
            dropMessage(at: index)
            inFlight[index].stage = .awaitsPubcomp
            guard storing == .beforeSending else { return .release }
            inFlight[index].isHeld = true
            return .releaseLater
        }
    }

    /// PUBCOMP, which ends a QoS 2 exchange.
    mutating func pubcomp(_ packetID: UInt16) -> Acknowledgement {
        guard let index = find(packetID), inFlight[index].stage == .awaitsPubcomp, !inFlight[index].isHeld else {
            return .unknown
        }
        leave(at: index)
        return .completed
    }

    /// Gives up an exchange as if it were complete: the packet is too large for its receiver. [MQTT-3.1.2-25]
    mutating func abandon(_ packetID: UInt16) {
        guard let index = find(packetID) else { return }
        leave(at: index)
    }

    // MARK: Connections

    /// A connection took the session up; what is in flight is to be sent again.
    mutating func connected(window: Int) {
        self.window = window
        sentCount = 0
    }

    /// The connection is gone.
    mutating func disconnected() {
        window = 0
        sentCount = 0
    }

    /// Empties the queue at the session's end and gives `orphan` what another member of its group may still get.
    ///
    /// QoS 2 messages that were sent are not among them: the receiver may have them. [MQTT-4.8.2-4] [MQTT-4.8.2-5]
    ///
    /// - Returns: how many messages were lost.
    mutating func removeAll(_ orphan: (Delivery) -> Void) -> Int {
        count(waiting: -waiting.count, inFlight: -inFlight.count, bytes: -byteCount)
        var lost = 0
        while let entry = inFlight.popFirst() {
            gone(entry.row, entry.delivery?.message)
            guard let delivery = entry.delivery else { continue }
            let mayBeKnown = entry.stage == .awaitsPubrec && entry.wasSent
            if delivery.group != .none, !mayBeKnown { orphan(delivery) } else { lost += 1 }
        }
        while let delivery = waiting.popFirst() {
            gone(delivery.row, delivery.message)
            if delivery.group != .none, delivery.qos > .atMostOnce { orphan(delivery) } else { lost += 1 }
        }
        sentCount = 0
        waitingQoS0 = 0
        inFlightBytes = 0
        waitingBytes = 0
        return lost
    }

    // MARK: In flight

    /// Puts a message in flight; tells whether it may be sent at once.
    private mutating func enter(_ delivery: Delivery, _ packetID: UInt16, sendsNow: Bool) -> Bool {
        let stage: Stage = delivery.qos == .atLeastOnce ? .awaitsPuback : .awaitsPubrec
        // An identifier of QoS 2 that the receiver knows and the store does not would be given out again after a crash,
        // and the message that then gets it would be taken for this one.
        let isHeld = storing == .beforeSending && delivery.qos == .exactlyOnce
        let goes = sendsNow && !isHeld && sentCount == inFlight.count
        inFlight.append(
            InFlight(
                packetID: packetID,
                stage: stage,
                delivery: delivery,
                row: delivery.row,
                wasSent: goes,
                isHeld: isHeld
            )
        )
        if goes { sentCount += 1 }
        inFlightBytes += delivery.message.count
        count(inFlight: 1, bytes: delivery.message.count)
        return goes
    }

    /// A fresh identifier, if one more message may be in flight. [MQTT-2.2.1-4] [MQTT-3.3.4-9] [MQTT-4.3.2-1]
    /// [MQTT-4.3.3-1] [MQTT-4.9.0-2]
    ///
    /// Identifiers go round in order, so those in flight are sorted by their distance from the oldest, which makes
    /// finding one a binary search. The price: a client that never acknowledges one message gets no more than a full
    /// round of identifiers after it.
    private mutating func openPlace() -> UInt16? {
        guard inFlight.count < window, storing != .no || sentCount == inFlight.count else { return nil }
        let next = lastPacketID == .max ? 1 : lastPacketID + 1
        if !inFlight.isEmpty, inFlight[0].packetID == next { return nil }
        lastPacketID = next
        return next
    }

    private func find(_ packetID: UInt16) -> Int? {
        guard packetID != 0, !inFlight.isEmpty else { return nil }
        let oldest = inFlight[0].packetID
        let wanted = Self.distance(from: oldest, to: packetID)
        var low = 0
        var high = inFlight.count
        while low < high {
            let middle = (low + high) / 2
            let found = Self.distance(from: oldest, to: inFlight[middle].packetID)
            if found == wanted { return middle }
            if found < wanted { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Steps from one identifier to another in the round of 1…65,535.
    static func distance(from oldest: UInt16, to packetID: UInt16) -> Int {
        packetID >= oldest ? Int(packetID - oldest) : Int(packetID) + 65_535 - Int(oldest)
    }

    mutating func leave(at index: Int) {
        gone(inFlight[index].row, inFlight[index].delivery?.message)
        dropMessage(at: index)
        _ = inFlight.remove(at: index)
        count(inFlight: -1)
        if index < sentCount { sentCount -= 1 }
    }

    private mutating func dropMessage(at index: Int) {
        guard let delivery = inFlight[index].delivery else { return }
        inFlightBytes -= delivery.message.count
        count(bytes: -delivery.message.count)
        inFlight[index].delivery = nil
    }

    // MARK: Waiting

    /// Makes room for one more and tells how many went for it; nil when it has to go itself.
    ///
    /// The oldest QoS 0 message goes first, then the rule decides.
    private mutating func makeRoom(for delivery: Delivery, _ limits: QueueLimits) -> Int? {
        let count = delivery.message.count
        // What is in flight cannot go, so nothing should go in vain.
        guard inFlightBytes + count <= limits.bytes else { return nil }
        var dropped = 0
        while waiting.count >= limits.messages || byteCount + count > limits.bytes {
            if waitingQoS0 > 0 {
                dropOldestQoS0()
            } else if limits.rule == .dropOld, !waiting.isEmpty, delivery.qos > .atMostOnce {
                takeWaiting(at: 0).map { gone($0.row, $0.message) }
            } else {
                return nil
            }
            dropped += 1
        }
        return dropped
    }

    private mutating func dropOldestQoS0() {
        var index = 0
        while waiting[index].qos > .atMostOnce { index += 1 }
        _ = takeWaiting(at: index)
    }

    mutating func takeWaiting(at index: Int) -> Delivery? {
        guard index < waiting.count else { return nil }
        let delivery = waiting.remove(at: index)
        waitingBytes -= delivery.message.count
        count(waiting: -1, bytes: -delivery.message.count)
        if delivery.qos == .atMostOnce { waitingQoS0 -= 1 }
        return delivery
    }

    /// Counts what was put in, or with minus signs taken out: whoever changes `waiting` or `inFlight` says so here.
    @inline(__always)
    func count(waiting: Int = 0, inFlight: Int = 0, bytes: Int = 0) {
        guard let counters else { return }
        if waiting != 0 { counters.add(.queuedMessages, waiting) }
        if inFlight != 0 { counters.add(.inFlightMessages, inFlight) }
        if bytes != 0 { counters.add(.queuedBytes, bytes) }
    }
}
