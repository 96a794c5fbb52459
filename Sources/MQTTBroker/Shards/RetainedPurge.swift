import Reactors

/// Removes what certain clients have retained, a part of the tree a turn.
final class RetainedPurge: Sendable {
    private let store: RetainedStore
    private let reactor: Reactor
    private let publishers: Set<UInt64>
    private let completion: @Sendable () -> Void

    /// Places of the tree looked at in one turn.
    private static let slotsPerTurn = 8192

    init(
        _ store: RetainedStore,
        of publishers: Set<UInt64>,
        on reactor: Reactor,
        completion: @escaping @Sendable () -> Void
    ) {
        self.store = store
        self.reactor = reactor
        self.publishers = publishers
        self.completion = completion
    }

    /// Goes through the places from `place` on; on the reactor.
    func work(from place: UInt32 = 1) {
        guard let next = store.remove(publishedBy: publishers, from: place, slots: Self.slotsPerTurn) else {
            return completion()
        }
        reactor.post { [self] in work(from: next) }
    }
}
