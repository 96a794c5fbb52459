import MQTTBroker
import MQTTCodec

extension BrokerRows {
    /// Why the rows could not be read to their end.
    enum LoadFailure: Error {
        case database(SQLiteFailure)
        /// A row holds what Sluice never writes; rows count from 1 in the order of their keys.
        case unreadable(table: String, row: Int)
        /// The receiver threw.
        case refused(StoreError)
    }

    typealias Receiver = (StoredRecord) throws(StoreError) -> Void

    /// Gives every record in the order of `StoredRecord`'s cases, and of their keys.
    func load(into receive: Receiver) throws(LoadFailure) {
        try each("publisherKey", "value", receive) { .publisherKey(UInt64(bitPattern: $0.integer(0))) }
        try each("message", "id, topicCount, propertiesCount, qos, retain, expiry, content", receive, Self.message)
        try each("session", "number, clientID, expiryInterval, deadline, credential, issuer", receive, Self.session)
        try each("will", "id, session, message, expiryInterval, delay, due", receive, Self.will)
        try each(
            "subscription",
            "session, filter, qos, noLocal, retainAsPublished, identifier, bringsRetained",
            receive,
            Self.subscription
        )
        try each(
            "delivery",
            "session, sequence, message, qos, retain, packetID, stage, identifiers, sharedFilter",
            receive,
            Self.delivery
        )
        try each("inbound", "session, packetID", receive) { row in
            UInt16(exactly: row.integer(1)).map { .inbound(row.session(0), packetID: $0) }
        }
        try each("retained", "topic, message, publisher", receive) { row in
            .retained(
                StoredRetained(topic: row.array(0), message: row.number(1), publisher: row.number(2))
            )
        }
    }

    /// Gives what `record` makes of each row of a table, in the order of its key, which is its order on disk.
    private func each(
        _ table: String,
        _ columns: String,
        _ receive: Receiver,
        _ record: (PreparedStatement) -> StoredRecord?
    ) throws(LoadFailure) {
        let rows = try reading { () throws(SQLiteFailure) in
            try PreparedStatement("SELECT \(columns) FROM \(table)", on: connection)
        }
        var count = 0
        while try reading({ () throws(SQLiteFailure) in try rows.step() }) {
            count += 1
            guard let record = record(rows) else { throw .unreadable(table: table, row: count) }
            do throws(StoreError) {
                try receive(record)
            } catch {
                throw .refused(error)
            }
        }
    }

    private func reading<Value>(_ body: () throws(SQLiteFailure) -> Value) throws(LoadFailure) -> Value {
        do throws(SQLiteFailure) {
            return try body()
        } catch {
            throw .database(error)
        }
    }

    private static func message(_ row: PreparedStatement) -> StoredRecord? {
        guard let topicCount = UInt32(exactly: row.integer(1)), let propertiesCount = UInt32(exactly: row.integer(2)),
            let qos = row.qos(3)
        else { return nil }
        return StoredMessage(
            id: row.number(0),
            topicCount: topicCount,
            propertiesCount: propertiesCount,
            qos: qos,
            retain: row.integer(4) != 0,
            expiry: row.time(5),
            content: row.array(6)
        ).map { .message($0) }
    }

    private static func session(_ row: PreparedStatement) -> StoredRecord? {
        guard let expiryInterval = UInt32(exactly: row.integer(2)),
            let clientID = String(validating: row.array(1), as: UTF8.self)
        else { return nil }
        let (credential, issuer) = (Credential(row.array(4)), Credential(row.array(5)))
        guard (credential != nil) != row.isNull(4), (issuer != nil) != row.isNull(5) else { return nil }
        return .session(
            StoredSession(
                key: row.session(0),
                clientID: ClientID(clientID),
                expiryInterval: expiryInterval,
                deadline: row.time(3),
                credential: credential,
                issuer: issuer
            )
        )
    }

    private static func will(_ row: PreparedStatement) -> StoredRecord? {
        guard let delay = UInt32(exactly: row.integer(4)) else { return nil }
        let expiryInterval = row.isNull(3) ? nil : UInt32(exactly: row.integer(3))
        guard (expiryInterval == nil) == row.isNull(3) else { return nil }
        return .will(
            StoredWill(
                id: row.number(0),
                session: row.session(1),
                message: row.number(2),
                expiryInterval: expiryInterval,
                delay: delay,
                due: row.time(5)
            )
        )
    }

    private static func subscription(_ row: PreparedStatement) -> StoredRecord? {
        guard let qos = row.qos(2), let identifier = UInt32(exactly: row.integer(5)) else { return nil }
        return .subscription(
            StoredSubscription(
                session: row.session(0),
                filter: row.array(1),
                qos: qos,
                noLocal: row.integer(3) != 0,
                retainAsPublished: row.integer(4) != 0,
                identifier: identifier,
                bringsRetained: row.integer(6) != 0
            )
        )
    }

    private static func delivery(_ row: PreparedStatement) -> StoredRecord? {
        guard let qos = row.qos(3), let packetID = UInt16(exactly: row.integer(5)),
            let stage = UInt8(exactly: row.integer(6)).flatMap({ StoredDelivery.Stage(rawValue: $0) }),
            let identifiers = IdentifierList.read(row.bytes(7))
        else { return nil }
        return .delivery(
            StoredDelivery(
                session: row.session(0),
                sequence: row.number(1),
                message: row.number(2),
                qos: qos,
                retain: row.integer(4) != 0,
                identifiers: identifiers,
                sharedFilter: row.isNull(8) ? nil : row.array(8),
                packetID: packetID,
                stage: stage
            )
        )
    }
}

extension PreparedStatement {
    fileprivate func number(_ column: Int32) -> UInt64 { UInt64(bitPattern: integer(column)) }

    fileprivate func session(_ column: Int32) -> SessionKey { SessionKey(number(column)) }

    fileprivate func array(_ column: Int32) -> [UInt8] { Array(bytes(column)) }

    fileprivate func qos(_ column: Int32) -> QoS? { UInt8(exactly: integer(column)).flatMap { QoS(rawValue: $0) } }

    fileprivate func time(_ column: Int32) -> WallTime? {
        isNull(column) ? nil : WallTime(milliseconds: integer(column))
    }
}
