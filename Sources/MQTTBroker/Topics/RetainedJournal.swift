import Reactors

/// One topic whose retained message has changed.
// Sendable: messages never change.
struct RetainedChange: @unchecked Sendable {
    let topic: [UInt8]
    /// What it retains now; nil for nothing.
    let message: Message?
    /// What it retained before, alive until its row is gone.
    let before: Message?
}

/// Which topics' retained messages the store does not have as memory has them: each topic once, however often it changes.
///
/// Written under the tree's lock, so that the file sees the changes in memory's order, whatever shard they came from.
/// Changes are counted; who waits for one waits for its number.
final class RetainedJournal: Sendable {
    private struct State {
        var dirty: [[UInt8]: RetainedChange] = [:]
        var count: UInt64 = 0
        var taken: UInt64 = 0
        var stored: UInt64 = 0
    }

    /// Whether there is a store.
    let isKept: Bool
    private let state = Guarded(State())
    /// Called, on any thread, when there is something to be taken where nothing was.
    // Sendable: set once, before anything is retained.
    nonisolated(unsafe) var whenFirst: @Sendable () -> Void = {}

    init(isKept: Bool) {
        self.isKept = isKept
    }

    /// The number of the last change.
    var last: UInt64 { state.withLock { $0.count } }

    /// A topic retains a message.
    func set(_ message: Message) {
        note(message.withTopic { [UInt8]($0) }, message, before: nil)
    }

    /// A topic retains nothing any more.
    func removed(_ message: Message) {
        note(message.withTopic { [UInt8]($0) }, nil, before: message)
    }

    private func note(_ topic: [UInt8], _ message: Message?, before: Message?) {
        guard isKept else { return }
        let change = RetainedChange(topic: topic, message: message, before: before)
        let (replaced, isFirst) = state.withLock { state in
            state.count += 1
            let isFirst = state.dirty.isEmpty
            return (state.dirty.updateValue(change, forKey: topic), isFirst)
        }
        // Outside the lock: it may be the last reference to a message.
        withExtendedLifetime(replaced) {}
        if isFirst { whenFirst() }
    }

    // MARK: For the writer

    /// Takes what has changed.
    func take() -> [RetainedChange] {
        guard isKept else { return [] }
        return state.withLock { state in
            state.taken = state.count
            let changes = Array(state.dirty.values)
            state.dirty = [:]
            return changes
        }
    }

    /// What was taken last is stored.
    func stored() {
        state.withLock { $0.stored = $0.taken }
    }

    /// What was taken last is not stored; what has changed since goes before it.
    func putBack(_ changes: [RetainedChange]) {
        state.withLock { state in
            for change in changes where state.dirty[change.topic] == nil { state.dirty[change.topic] = change }
        }
    }

    /// Up to which change all are stored, and up to which all were tried.
    var positions: (stored: UInt64, tried: UInt64) { state.withLock { ($0.stored, $0.taken) } }
}
