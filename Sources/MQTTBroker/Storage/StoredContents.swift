import MQTTCodec
import Reactors

/// What a store holds, read and put in order, before there is a broker to put it into.
struct StoredContents {
    /// The key that publishers of retained messages are known by; nil in a store that is new.
    private(set) var publisherKey: UInt64?
    private(set) var sessions: [SessionKey: SessionContents] = [:]
    /// Wills whose sessions are gone: their publishing was not committed.
    private(set) var widowedWills: [(StoredWill, Message)] = []
    private(set) var retained: [Message] = []
    /// Removes what refers to nothing.
    private(set) var repairs: [StoreChange] = []
    /// The highest number of any record.
    private(set) var lastNumber: UInt64 = 0

    private var messages: [UInt64: Message] = [:]
    private var usedMessages: Set<UInt64> = []
    private var clientIDs: [ClientID: SessionKey] = [:]
    private let clocks: ClockPair
    private let graveyard: Graveyard

    /// One session with all that is its own.
    struct SessionContents {
        var session: StoredSession
        var will: (StoredWill, Message)?
        var subscriptions: [StoredSubscription] = []
        var deliveries: [(StoredDelivery, Message?)] = []
        var inbound: [UInt16] = []
    }

    /// Reads a store; `graveyard` will be told of messages that go.
    init(of store: any SessionStore, _ clocks: ClockPair, _ graveyard: Graveyard) throws(StoreError) {
        self.clocks = clocks
        self.graveyard = graveyard
        var contents: [StoredRecord] = []
        try store.load { record throws(StoreError) in contents.append(record) }
        for record in contents { take(record) }
        findRepairs()
    }

    private mutating func take(_ record: StoredRecord) {
        switch record {
        case .publisherKey(let key): publisherKey = key
        case .message(let stored):
            lastNumber = max(lastNumber, stored.id)
            let message = Message.make(stored, expiry: clocks.monotonic(stored.expiry))
            message.wasStored(graveyard)
            messages[stored.id] = message
        case .session(let session): take(session)
        case .will(let will): take(will)
        case .subscription(let subscription):
            if sessions[subscription.session]?.subscriptions.append(subscription) == nil {
                repairs.append(.removeSubscription(subscription.session, filter: subscription.filter))
            }
        case .delivery(let delivery): take(delivery)
        case .inbound(let session, let packetID):
            if sessions[session]?.inbound.append(packetID) == nil {
                repairs.append(.removeInbound(session, packetID: packetID))
            }
        case .retained(let stored):
            guard let message = use(stored.message) else {
                return repairs.append(.removeRetained(topic: stored.topic))
            }
            message.header.publisher = stored.publisher
            retained.append(message)
        }
    }

    /// Of two sessions with one client id the later one is meant: a clean start discarded the other.
    private mutating func take(_ session: StoredSession) {
        lastNumber = max(lastNumber, session.key.number)
        if let other = clientIDs[session.clientID] {
            let older = min(other, session.key)
            sessions[older] = nil
            repairs.append(.removeSession(older))
            if older == session.key { return }
        }
        clientIDs[session.clientID] = session.key
        sessions[session.key] = SessionContents(session: session)
    }

    private mutating func take(_ will: StoredWill) {
        lastNumber = max(lastNumber, will.id)
        guard let message = use(will.message) else { return repairs.append(.removeWill(will.id)) }
        guard sessions[will.session] != nil else { return widowedWills.append((will, message)) }
        // Of two the later one is meant.
        if let other = sessions[will.session]?.will {
            repairs.append(.removeWill(min(other.0.id, will.id)))
            if other.0.id > will.id { return }
        }
        sessions[will.session]?.will = (will, message)
    }

    private mutating func take(_ delivery: StoredDelivery) {
        var delivery = delivery
        let message = use(delivery.message)
        let removal = StoreChange.removeDeliveries(delivery.session, delivery.sequence...delivery.sequence)
        guard sessions[delivery.session] != nil else { return repairs.append(removal) }
        if message == nil {
            // A message goes when nobody needs it: the receiver has it.
            guard delivery.packetID != 0, delivery.qos == .exactlyOnce else { return repairs.append(removal) }
            delivery.stage = .awaitsPubcomp
        }
        sessions[delivery.session]?.deliveries.append((delivery, delivery.stage == .awaitsPubcomp ? nil : message))
    }

    private mutating func use(_ id: UInt64) -> Message? {
        guard id != 0, let message = messages[id] else { return nil }
        usedMessages.insert(id)
        return message
    }

    private mutating func findRepairs() {
        for id in messages.keys where !usedMessages.contains(id) { repairs.append(.removeMessage(id)) }
    }
}
