import Synchronization

/// Numbers for records of the store: never one that a stored record has.
final class RecordNumbers: Sendable {
    private let last: Atomic<UInt64>

    /// Goes on behind `last`.
    init(after last: UInt64 = 0) {
        self.last = Atomic(last)
    }

    /// The next number.
    func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
