import MQTTCodec
import Reactors

@testable import MQTTBroker

/// A store in memory: keeps what was committed, and fails when it is told to.
final class MemoryStore: SessionStore {
    /// What is committed, as a database would have it.
    struct Rows: Sendable {
        struct Name: Hashable, Sendable {
            var session: SessionKey
            var filter: [UInt8]
        }

        struct Place: Hashable, Sendable, Comparable {
            var session: SessionKey
            var sequence: UInt64

            static func < (left: Place, right: Place) -> Bool {
                left.session == right.session ? left.sequence < right.sequence : left.session < right.session
            }
        }

        var publisherKey: UInt64?
        var messages: [UInt64: StoredMessage] = [:]
        var sessions: [SessionKey: StoredSession] = [:]
        var wills: [UInt64: StoredWill] = [:]
        var subscriptions: [Name: StoredSubscription] = [:]
        var deliveries: [Place: StoredDelivery] = [:]
        var inbound: Set<[UInt64]> = []
        var retained: [[UInt8]: StoredRetained] = [:]

        /// Whether nothing is left but the key.
        var isEmpty: Bool {
            messages.isEmpty && sessions.isEmpty && wills.isEmpty && subscriptions.isEmpty && deliveries.isEmpty
                && inbound.isEmpty && retained.isEmpty
        }

        /// What refers to nothing, in words.
        var loose: [String] {
            var loose: [String] = []
            let used = Set(deliveries.values.map(\.message)).union(wills.values.map(\.message))
                .union(retained.values.map(\.message)).subtracting([0])
            for id in used where messages[id] == nil { loose.append("message \(id) is missing") }
            for id in messages.keys where !used.contains(id) { loose.append("message \(id) is not needed") }
            for row in deliveries.values where sessions[row.session] == nil { loose.append("delivery without session") }
            for row in subscriptions.values where sessions[row.session] == nil {
                loose.append("subscription without session")
            }
            for row in inbound where sessions[SessionKey(row[0])] == nil { loose.append("inbound without session") }
            return loose
        }
    }

    private struct State {
        var rows: Rows
        var failure: StoreError?
        var commits = 0
        var changes = 0
    }

    private let state: Guarded<State>

    init(_ rows: Rows = Rows()) {
        state = Guarded(State(rows: rows))
    }

    var rows: Rows { state.withLock { $0.rows } }

    /// Transactions that succeeded.
    var commits: Int { state.withLock { $0.commits } }

    /// Changes committed.
    var changes: Int { state.withLock { $0.changes } }

    /// What every commit throws; nil for none.
    var failure: StoreError? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    func load(into receive: (StoredRecord) throws(StoreError) -> Void) throws(StoreError) {
        let rows = rows
        if let key = rows.publisherKey { try receive(.publisherKey(key)) }
        for message in rows.messages.values { try receive(.message(message)) }
        for session in rows.sessions.values { try receive(.session(session)) }
        for will in rows.wills.values { try receive(.will(will)) }
        for subscription in rows.subscriptions.values { try receive(.subscription(subscription)) }
        for place in rows.deliveries.keys.sorted() {
            if let delivery = rows.deliveries[place] { try receive(.delivery(delivery)) }
        }
        for row in rows.inbound { try receive(.inbound(SessionKey(row[0]), packetID: UInt16(row[1]))) }
        for message in rows.retained.values { try receive(.retained(message)) }
    }

    func commit(_ batch: StoreBatch) throws(StoreError) {
        let failure: StoreError? = state.withLock { state in
            if let failure = state.failure { return failure }
            for change in batch.changes { state.rows.apply(change) }
            state.commits += 1
            state.changes += batch.changes.count
            return nil
        }
        if let failure { throw failure }
    }
}

extension MemoryStore.Rows {
    mutating func apply(_ change: StoreChange) {
        switch change {
        case .put(let record): put(record)
        case .removeMessage(let id): messages[id] = nil
        case .removeSession(let key):
            sessions[key] = nil
            subscriptions = subscriptions.filter { $0.key.session != key }
            deliveries = deliveries.filter { $0.key.session != key }
            inbound = inbound.filter { $0[0] != key.number }
        case .removeSubscription(let session, let filter):
            subscriptions[Name(session: session, filter: filter)] = nil
        case .removeDeliveries(let session, let range):
            for sequence in range { deliveries[Place(session: session, sequence: sequence)] = nil }
        case .removeInbound(let session, let packetID): inbound.remove([session.number, UInt64(packetID)])
        case .removeWill(let id): wills[id] = nil
        case .removeRetained(let topic): retained[topic] = nil
        }
    }

    private mutating func put(_ record: StoredRecord) {
        switch record {
        case .publisherKey(let key): publisherKey = key
        case .message(let message): messages[message.id] = message.copied
        case .session(let session): sessions[session.key] = session
        case .will(let will): wills[will.id] = will
        case .subscription(let row): subscriptions[Name(session: row.session, filter: row.filter)] = row
        case .delivery(let row): deliveries[Place(session: row.session, sequence: row.sequence)] = row
        case .inbound(let session, let packetID): inbound.insert([session.number, UInt64(packetID)])
        case .retained(let row): retained[row.topic] = row
        }
    }
}

extension StoredMessage {
    /// As a database gives it back: with no part of the broker's memory.
    fileprivate var copied: StoredMessage {
        let copy = StoredMessage(
            id: id,
            topicCount: topicCount,
            propertiesCount: propertiesCount,
            qos: qos,
            retain: retain,
            expiry: expiry,
            content: withContent { Array($0) }
        )
        // Invariant: a message of the broker's has parts that fit.
        guard let copy else { preconditionFailure("parts do not fit") }
        return copy
    }
}
