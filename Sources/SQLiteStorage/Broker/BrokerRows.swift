import MQTTBroker
import MQTTCodec

/// The rows of the broker's database, written by statements that are prepared once.
struct BrokerRows {
    let connection: SQLiteConnection
    private let begin: PreparedStatement
    private let finish: PreparedStatement
    private let undo: PreparedStatement
    private let putPublisherKey: PreparedStatement
    private let putMessage: PreparedStatement
    private let removeMessage: PreparedStatement
    private let putSession: PreparedStatement
    private let removeSession: PreparedStatement
    private let putWill: PreparedStatement
    private let removeWill: PreparedStatement
    private let putSubscription: PreparedStatement
    private let removeSubscription: PreparedStatement
    private let removeSubscriptions: PreparedStatement
    private let putDelivery: PreparedStatement
    private let removeDelivery: PreparedStatement
    private let removeDeliveries: PreparedStatement
    private let putInbound: PreparedStatement
    private let removeInbound: PreparedStatement
    private let removeAllInbound: PreparedStatement
    private let putRetained: PreparedStatement
    private let removeRetained: PreparedStatement

    init(_ connection: SQLiteConnection) throws(SQLiteFailure) {
        begin = try PreparedStatement("BEGIN IMMEDIATE", on: connection)
        finish = try PreparedStatement("COMMIT", on: connection)
        undo = try PreparedStatement("ROLLBACK", on: connection)
        putPublisherKey = try PreparedStatement("REPLACE INTO publisherKey VALUES (1, ?)", on: connection)
        putMessage = try PreparedStatement("REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?)", on: connection)
        removeMessage = try PreparedStatement("DELETE FROM message WHERE id = ?", on: connection)
        putSession = try PreparedStatement("REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?)", on: connection)
        removeSession = try PreparedStatement("DELETE FROM session WHERE number = ?", on: connection)
        putWill = try PreparedStatement("REPLACE INTO will VALUES (?, ?, ?, ?, ?, ?)", on: connection)
        removeWill = try PreparedStatement("DELETE FROM will WHERE id = ?", on: connection)
        putSubscription = try PreparedStatement(
            "REPLACE INTO subscription VALUES (?, ?, ?, ?, ?, ?, ?)",
            on: connection
        )
        removeSubscription = try PreparedStatement(
            "DELETE FROM subscription WHERE session = ? AND filter = ?",
            on: connection
        )
        removeSubscriptions = try PreparedStatement("DELETE FROM subscription WHERE session = ?", on: connection)
        putDelivery = try PreparedStatement("REPLACE INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", on: connection)
        removeDelivery = try PreparedStatement(
            "DELETE FROM delivery WHERE session = ? AND sequence = ?",
            on: connection
        )
        removeDeliveries = try PreparedStatement(
            "DELETE FROM delivery WHERE session = ? AND sequence BETWEEN ? AND ?",
            on: connection
        )
        putInbound = try PreparedStatement("REPLACE INTO inbound VALUES (?, ?)", on: connection)
        removeInbound = try PreparedStatement("DELETE FROM inbound WHERE session = ? AND packetID = ?", on: connection)
        removeAllInbound = try PreparedStatement("DELETE FROM inbound WHERE session = ?", on: connection)
        putRetained = try PreparedStatement("REPLACE INTO retained VALUES (?, ?, ?)", on: connection)
        removeRetained = try PreparedStatement("DELETE FROM retained WHERE topic = ?", on: connection)
        self.connection = connection
    }

    /// Applies a batch in one transaction, or nothing of it.
    func commit(_ batch: StoreBatch) throws(SQLiteFailure) {
        try begin.run()
        do throws(SQLiteFailure) {
            for change in batch.changes { try apply(change) }
            try finish.run()
        } catch {
            // A transaction that SQLite has undone by itself cannot be undone again: that failure says nothing new.
            try? undo.run()
            throw error
        }
    }

    /// Moves what the journal holds into the database, so that the journal begins anew. Failing is no harm.
    func emptyJournal() {
        try? connection.execute("PRAGMA wal_checkpoint(RESTART)")
    }

    private func apply(_ change: StoreChange) throws(SQLiteFailure) {
        switch change {
        case .put(let record): try put(record)
        case .removeMessage(let id):
            removeMessage.bind(1, Int64(bitPattern: id))
            try removeMessage.run()
        case .removeSession(let session): try remove(session)
        case .removeSubscription(let session, let filter):
            removeSubscription.bind(1, session.row)
            removeSubscription.bind(2, copying: filter)
            try removeSubscription.run()
        case .removeDeliveries(let session, let range):
            if range.lowerBound == range.upperBound {
                removeDelivery.bind(1, session.row)
                removeDelivery.bind(2, Int64(bitPattern: range.lowerBound))
                try removeDelivery.run()
            } else {
                removeDeliveries.bind(1, session.row)
                removeDeliveries.bind(2, Int64(bitPattern: range.lowerBound))
                removeDeliveries.bind(3, Int64(bitPattern: range.upperBound))
                try removeDeliveries.run()
            }
        case .removeInbound(let session, let packetID):
            removeInbound.bind(1, session.row)
            removeInbound.bind(2, Int64(packetID))
            try removeInbound.run()
        case .removeWill(let id):
            removeWill.bind(1, Int64(bitPattern: id))
            try removeWill.run()
        case .removeRetained(let topic):
            removeRetained.bind(1, copying: topic)
            try removeRetained.run()
        }
    }

    private func put(_ record: StoredRecord) throws(SQLiteFailure) {
        switch record {
        case .publisherKey(let key):
            putPublisherKey.bind(1, Int64(bitPattern: key))
            try putPublisherKey.run()
        case .message(let message): try put(message)
        case .session(let session): try put(session)
        case .will(let will): try put(will)
        case .subscription(let subscription): try put(subscription)
        case .delivery(let delivery): try put(delivery)
        case .inbound(let session, let packetID):
            putInbound.bind(1, session.row)
            putInbound.bind(2, Int64(packetID))
            try putInbound.run()
        case .retained(let retained):
            putRetained.bind(1, copying: retained.topic)
            putRetained.bind(2, Int64(bitPattern: retained.message))
            putRetained.bind(3, Int64(bitPattern: retained.publisher))
            try putRetained.run()
        }
    }

    private func put(_ message: StoredMessage) throws(SQLiteFailure) {
        putMessage.bind(1, Int64(bitPattern: message.id))
        putMessage.bind(2, Int64(message.topicCount))
        putMessage.bind(3, Int64(message.propertiesCount))
        putMessage.bind(4, Int64(message.qos.rawValue))
        putMessage.bind(5, message.retain ? 1 : 0)
        putMessage.bind(6, message.expiry?.milliseconds)
        try message.withContent { content in
            putMessage.bind(7, content)
            return Result { () throws(SQLiteFailure) in try putMessage.run() }
        }.get()
    }

    private func put(_ session: StoredSession) throws(SQLiteFailure) {
        putSession.bind(1, session.key.row)
        putSession.bind(2, copying: Array(session.clientID.bytes))
        putSession.bind(3, Int64(session.expiryInterval))
        putSession.bind(4, session.deadline?.milliseconds)
        putSession.bind(5, copying: session.credential?.bytes)
        putSession.bind(6, copying: session.issuer?.bytes)
        try putSession.run()
    }

    private func put(_ will: StoredWill) throws(SQLiteFailure) {
        putWill.bind(1, Int64(bitPattern: will.id))
        putWill.bind(2, will.session.row)
        putWill.bind(3, Int64(bitPattern: will.message))
        putWill.bind(4, will.expiryInterval.map { Int64($0) })
        putWill.bind(5, Int64(will.delay))
        putWill.bind(6, will.due?.milliseconds)
        try putWill.run()
    }

    private func put(_ subscription: StoredSubscription) throws(SQLiteFailure) {
        putSubscription.bind(1, subscription.session.row)
        putSubscription.bind(2, copying: subscription.filter)
        putSubscription.bind(3, Int64(subscription.qos.rawValue))
        putSubscription.bind(4, subscription.noLocal ? 1 : 0)
        putSubscription.bind(5, subscription.retainAsPublished ? 1 : 0)
        putSubscription.bind(6, Int64(subscription.identifier))
        putSubscription.bind(7, subscription.bringsRetained ? 1 : 0)
        try putSubscription.run()
    }

    private func put(_ delivery: StoredDelivery) throws(SQLiteFailure) {
        putDelivery.bind(1, delivery.session.row)
        putDelivery.bind(2, Int64(bitPattern: delivery.sequence))
        putDelivery.bind(3, Int64(bitPattern: delivery.message))
        putDelivery.bind(4, Int64(delivery.qos.rawValue))
        putDelivery.bind(5, delivery.retain ? 1 : 0)
        putDelivery.bind(6, Int64(delivery.packetID))
        putDelivery.bind(7, Int64(delivery.stage.rawValue))
        putDelivery.bind(8, copying: delivery.identifiers.isEmpty ? nil : IdentifierList.bytes(delivery.identifiers))
        putDelivery.bind(9, copying: delivery.sharedFilter)
        try putDelivery.run()
    }

    /// Removes a session and all that is its own. A queue of a million deliveries is one descent and one walk.
    private func remove(_ session: SessionKey) throws(SQLiteFailure) {
        removeSession.bind(1, session.row)
        try removeSession.run()
        removeSubscriptions.bind(1, session.row)
        try removeSubscriptions.run()
        removeDeliveries.bind(1, session.row)
        removeDeliveries.bind(2, .min)
        removeDeliveries.bind(3, .max)
        try removeDeliveries.run()
        removeAllInbound.bind(1, session.row)
        try removeAllInbound.run()
    }
}

extension SessionKey {
    /// The key as a row has it.
    fileprivate var row: Int64 { Int64(bitPattern: number) }
}

/// Subscription identifiers in a column: four bytes each, the highest first.
enum IdentifierList {
    static func bytes(_ identifiers: [UInt32]) -> [UInt8] {
        identifiers.flatMap { number in withUnsafeBytes(of: number.bigEndian) { Array($0) } }
    }

    /// Nil if there is a part of a number.
    static func read(_ bytes: UnsafeRawBufferPointer) -> [UInt32]? {
        guard bytes.count.isMultiple(of: 4) else { return nil }
        return stride(from: 0, to: bytes.count, by: 4).map { start in
            UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
        }
    }
}
