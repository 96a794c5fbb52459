import Synchronization

/// The sessions of all shards, against their bound.
final class SessionCount: Sendable {
    private let count = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts one more, unless there are as many as there may be.
    func take() -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= limit { return true }
        giveBack()
        return false
    }

    /// Counts one more, whatever the bound says: a session that was there before.
    func add() {
        count.add(1, ordering: .relaxed)
    }

    /// Counts one less.
    func giveBack() {
        count.subtract(1, ordering: .relaxed)
    }
}
