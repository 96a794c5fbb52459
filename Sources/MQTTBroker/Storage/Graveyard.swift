import Reactors
import Synchronization

/// The stored messages that nobody in memory has a reference to any more: their bodies are to be removed.
final class Graveyard: Sendable {
    private let buried = Guarded<[UInt64]>([])
    private let isClosed = Atomic<Bool>(false)
    /// Called, on any thread, when there is something to be taken where nothing was.
    // Sendable: set once, before there is a message that could go.
    nonisolated(unsafe) var whenFirst: @Sendable () -> Void = {}

    /// From now on messages go because the process does, and stay in the store.
    func close() {
        isClosed.store(true, ordering: .sequentiallyConsistent)
    }

    /// Notes a message that is gone. Any thread.
    func bury(_ id: UInt64) {
        guard !isClosed.load(ordering: .sequentiallyConsistent) else { return }
        let isFirst = buried.withLock { buried in
            buried.append(id)
            return buried.count == 1
        }
        if isFirst { whenFirst() }
    }

    /// Takes what is there.
    func takeAll() -> [UInt64] {
        buried.withLock { buried in
            var taken: [UInt64] = []
            swap(&taken, &buried)
            return taken
        }
    }

    /// Puts back what could not be removed.
    func putBack(_ ids: [UInt64]) {
        guard !ids.isEmpty else { return }
        buried.withLock { $0.insert(contentsOf: ids, at: 0) }
    }
}
