import Foundation
import MQTTBroker
import MQTTCodec
import Testing

@testable import SQLiteStorage

@Suite struct SQLiteSessionStoreTests {
    private let directory = TemporaryDirectory()

    /// A record of every kind, with every field that there is.
    private static func everyRecord() throws -> [StoredRecord] {
        let key = SessionKey(7)
        return [
            .publisherKey(.max),
            try message(
                1,
                properties: [1, 2, 3],
                payload: [],
                qos: .exactlyOnce,
                retain: true,
                expiry: 1_800_000_000_123
            ),
            try message(2, topic: "", payload: [UInt8](repeating: 9, count: 100_000)),
            try message(.max),
            .session(
                StoredSession(
                    key: key,
                    clientID: ClientID("Gerät 7"),
                    expiryInterval: .max,
                    deadline: WallTime(milliseconds: -5),
                    credential: Credential([UInt8](0..<32)),
                    issuer: Credential([UInt8](32..<64))
                )
            ),
            .session(StoredSession(key: SessionKey(8), clientID: ClientID(""), expiryInterval: 0)),
            .will(
                StoredWill(
                    id: 3,
                    session: key,
                    message: 1,
                    expiryInterval: 60,
                    delay: .max,
                    due: WallTime(milliseconds: 1_800_000_000_000)
                )
            ),
            .will(StoredWill(id: 4, session: key, message: 1, expiryInterval: nil, delay: 0)),
            .subscription(
                StoredSubscription(
                    session: key,
                    filter: Array("$share/g/a/#".utf8),
                    qos: .exactlyOnce,
                    noLocal: true,
                    retainAsPublished: true,
                    identifier: 268_435_455,
                    bringsRetained: true
                )
            ),
            .subscription(StoredSubscription(session: key, filter: Array("+".utf8), qos: .atMostOnce)),
            .delivery(
                StoredDelivery(
                    session: key,
                    sequence: 1,
                    message: 1,
                    qos: .exactlyOnce,
                    retain: true,
                    identifiers: [1, 268_435_455],
                    sharedFilter: Array("$share/g/a/#".utf8),
                    packetID: 65_535,
                    stage: .awaitsPubcomp
                )
            ),
            delivery(7, 2, message: 2),
            .inbound(key, packetID: 1),
            .inbound(key, packetID: 65_535),
            .retained(StoredRetained(topic: Array("a/b".utf8), message: 1, publisher: .max)),
        ]
    }

    @Test func `gives back every record as it was stored, after a restart`() throws {
        let records = try Self.everyRecord()
        do {
            try openSessions(directory.path).commit(StoreBatch(records.reversed().map { .put($0) }))
        }
        let found = try openSessions(directory.path).contents()
        // Keys are in the order of the file: numbers without a sign above its range come first.
        #expect(Set(found) == Set(records.map(\.words)))
        #expect(found.count == records.count)
    }

    @Test func `gives kinds in their order and a session's deliveries in theirs`() throws {
        let store = try openSessions(directory.path)
        try store.commit(
            .put(delivery(2, 300, message: 1)),
            .put(delivery(1, 10, message: 1)),
            .put(delivery(1, 9, message: 1)),
            .put(session(1)),
            .put(try message(1)),
            .put(delivery(2, 5, message: 1))
        )
        let expected = [
            try message(1), session(1), delivery(1, 9, message: 1), delivery(1, 10, message: 1),
            delivery(2, 5, message: 1), delivery(2, 300, message: 1),
        ]
        #expect(try store.contents() == expected.map(\.words))
    }

    @Test func `puts a record in the place of the one with its key`() throws {
        let store = try openSessions(directory.path)
        try store.commit(.put(session(1, "before")), .put(try message(1, payload: [1])), .put(.publisherKey(1)))
        try store.commit(.put(session(1, "after")), .put(try message(1, payload: [2])), .put(.publisherKey(2)))
        let expected = [.publisherKey(2), try message(1, payload: [2]), session(1, "after")].map(\.words)
        #expect(try store.contents() == expected)
    }

    @Test func `removes a session with all that is its own, and nothing of another`() throws {
        let store = try openSessions(directory.path)
        func records(_ number: UInt64) -> [StoredRecord] {
            [
                session(number, "device \(number)"),
                .will(StoredWill(id: number, session: SessionKey(number), message: 9, expiryInterval: nil, delay: 1)),
                .subscription(
                    StoredSubscription(session: SessionKey(number), filter: Array("a".utf8), qos: .atLeastOnce)
                ),
                delivery(number, 1, message: 9), delivery(number, 2, message: 9),
                .inbound(SessionKey(number), packetID: 5),
            ]
        }
        try store.commit(StoreBatch(([try message(9)] + records(1) + records(2)).map { .put($0) }))
        try store.commit(.removeSession(SessionKey(1)))
        // The will is the broker's to publish: it stays.
        let left = [try message(9)] + [records(1)[1]] + records(2)
        #expect(Set(try store.contents()) == Set(left.map(\.words)))
    }

    @Test(
        arguments: [
            (0...0, [1, 2, 3, 9]), (1...1, [2, 3, 9]), (2...3, [1, 9]), (1...9, []), (4...100, [1, 2, 3]),
        ] as [(ClosedRange<UInt64>, [UInt64])]
    )
    func `removes a range of a session's deliveries`(range: ClosedRange<UInt64>, left: [UInt64]) throws {
        let store = try openSessions(directory.path)
        for sequence in [1, 2, 3, 9] as [UInt64] {
            try store.commit(.put(delivery(1, sequence, message: 1)), .put(delivery(2, sequence, message: 1)))
        }
        try store.commit(.removeDeliveries(SessionKey(1), range))
        let others = [1, 2, 3, 9].map { delivery(2, $0, message: 1) }
        #expect(try store.contents() == (left.map { delivery(1, $0, message: 1) } + others).map(\.words))
    }

    @Test func `removing what is not there is no error, and removing once leaves nothing`() throws {
        let store = try openSessions(directory.path)
        let removals: [StoreChange] = [
            .removeMessage(1), .removeSession(SessionKey(1)),
            .removeSubscription(SessionKey(1), filter: Array("a".utf8)), .removeDeliveries(SessionKey(1), 1...1),
            .removeInbound(SessionKey(1), packetID: 1), .removeWill(1), .removeRetained(topic: Array("a".utf8)),
        ]
        try store.commit(StoreBatch(removals))
        try store.commit(
            .put(try message(1)),
            .put(.subscription(StoredSubscription(session: SessionKey(1), filter: Array("a".utf8), qos: .atMostOnce))),
            .put(delivery(1, 1, message: 1)),
            .put(.inbound(SessionKey(1), packetID: 1)),
            .put(.will(StoredWill(id: 1, session: SessionKey(1), message: 1, expiryInterval: nil, delay: 0))),
            .put(.retained(StoredRetained(topic: Array("a".utf8), message: 1, publisher: 0)))
        )
        try store.commit(StoreBatch(removals.filter { if case .removeSession = $0 { false } else { true } }))
        #expect(try store.contents() == [])
    }

    @Test func `what the receiver of a load throws comes through`() throws {
        let store = try openSessions(directory.path)
        try store.commit(.put(session(1)))
        let refusal = StoreError.damaged(path: "x", finding: "the receiver")
        #expect(throws: refusal) { try store.load { _ throws(StoreError) in throw refusal } }
        // And the store goes on.
        #expect(try store.contents().count == 1)
    }
}
