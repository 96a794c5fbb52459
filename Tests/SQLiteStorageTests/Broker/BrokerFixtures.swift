import MQTTBroker
import MQTTCodec
import SQLiteStorage
import Testing

/// A store that keeps a session's records, in the directory of the test.
func openSessions(_ path: String) throws -> SQLiteSessionStore {
    try SQLiteSessionStore(in: DataDirectory(claiming: path))
}

func message(
    _ id: UInt64,
    topic: String = "a/b",
    properties: [UInt8] = [],
    payload: [UInt8] = Array("payload".utf8),
    qos: QoS = .atLeastOnce,
    retain: Bool = false,
    expiry: Int64? = nil
) throws -> StoredRecord {
    let message = StoredMessage(
        id: id,
        topicCount: UInt32(topic.utf8.count),
        propertiesCount: UInt32(properties.count),
        qos: qos,
        retain: retain,
        expiry: expiry.map { WallTime(milliseconds: $0) },
        content: Array(topic.utf8) + properties + payload
    )
    return .message(try #require(message))
}

func session(_ number: UInt64, _ clientID: String = "device") -> StoredRecord {
    .session(
        StoredSession(key: SessionKey(number), clientID: ClientID(clientID), expiryInterval: 3600)
    )
}

func delivery(_ session: UInt64, _ sequence: UInt64, message: UInt64) -> StoredRecord {
    .delivery(
        StoredDelivery(session: SessionKey(session), sequence: sequence, message: message, qos: .atLeastOnce)
    )
}

extension SQLiteSessionStore {
    /// Commits changes as one batch.
    func commit(_ changes: StoreChange...) throws(StoreError) {
        try commit(StoreBatch(changes))
    }

    /// Every record as words, in the order in which they are given.
    func contents() throws(StoreError) -> [String] {
        var all: [String] = []
        try load { all.append($0.words) }
        return all
    }
}

extension StoredRecord {
    /// All that the record holds, for comparison.
    var words: String {
        guard case .message(let message) = self else { return "\(self)" }
        let content = message.withContent { Array($0) }
        let expiry = message.expiry.map { "\($0.milliseconds)" } ?? "never"
        return "message \(message.id) \(message.topicCount) \(message.propertiesCount) \(message.qos) "
            + "\(message.retain) \(expiry) \(content)"
    }
}
