import Registry
import Synchronization

/// Remembers what it was given; fails when told to.
final class MemoryUserStore: UserStore {
    struct Failure: Error {}

    struct Contents {
        var records: [UserName: UserRecord] = [:]
        var audit: [AuditDraft] = []
        var saves = 0
        var fails = false
    }

    let contents = Mutex(Contents())

    var records: [UserName: UserRecord] { contents.withLock { $0.records } }
    var audit: [AuditDraft] { contents.withLock { $0.audit } }
    var saves: Int { contents.withLock { $0.saves } }

    func fail() { contents.withLock { $0.fails = true } }

    func load() async throws -> [UserRecord] { Array(records.values) }

    func save(_ changes: [UserStoreChange], audit: [AuditDraft]) async throws {
        try contents.withLock { contents in
            if contents.fails { throw Failure() }
            contents.saves += 1
            contents.audit += audit
            for change in changes {
                switch change {
                case .put(let record): contents.records[record.name] = record
                case .remove(let name): contents.records[name] = nil
                }
            }
        }
    }
}
