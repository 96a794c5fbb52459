import Reactors
import Synchronization

/// What the acknowledgement of one published message waits for: one share for each place that still works on it, and one
/// for each of its rows that the store does not have yet.
///
/// The last share that is given back settles it, on whatever shard; its home shard then acknowledges.
// Sendable: counts are atomic; `connection` is touched by the home shard's thread alone.
final class CommitTicket: @unchecked Sendable {
    /// The publisher's shard.
    let home: Int
    /// The publisher, and the identifier of its packet.
    let publisher: SessionHandle
    let packetID: UInt16
    /// What must be stored together; nil where each row is as good by itself.
    let unit: CommitUnit?
    /// Who gets the acknowledgement; nil once it is settled, and for what the server itself publishes.
    var connection: ClientConnection?
    /// Whether its publisher waits for the acknowledgement: then a message that is refused is the publisher's again. Set
    /// before another shard has the ticket.
    var tellsPublisher = false
    /// What else is to be done on the home shard when it is settled.
    var whenSettled: [() -> Void] = []
    private let shares = Atomic<Int>(1)
    private let refusals = Atomic<Bool>(false)

    /// A ticket with the one share of who makes it.
    init(home: Int, publisher: SessionHandle, packetID: UInt16 = 0, isUnit: Bool) {
        self.home = home
        self.publisher = publisher
        self.packetID = packetID
        unit = isUnit ? CommitUnit() : nil
    }

    /// Whether nothing is waited for any more.
    var isSettled: Bool { shares.load(ordering: .acquiring) == 0 }

    /// Whether a row could not be stored.
    var isRefused: Bool { refusals.load(ordering: .relaxed) }

    /// Takes another share; by somebody who has one.
    func retainShare() {
        shares.add(1, ordering: .relaxed)
    }

    /// Gives one share back; true for the last.
    func releaseShare() -> Bool {
        shares.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
    }

    /// One of its rows cannot be stored.
    func refuse() {
        refusals.store(true, ordering: .relaxed)
    }
}

/// Rows of several shards that go into one transaction: handed to the writer when the last shard has put in its own.
final class CommitUnit: Sendable {
    private struct State {
        var contributors = 1
        var parts: [Contribution] = []
    }

    private let state = Guarded(State())

    /// One more shard will contribute; said by one that has not yet.
    func expectContribution() {
        state.withLock { $0.contributors += 1 }
    }

    /// Puts in a shard's part, which may be empty; the last contributor gets all of them.
    func contribute(_ part: Contribution) -> [Contribution]? {
        state.withLock { state in
            if !part.entries.isEmpty { state.parts.append(part) }
            state.contributors -= 1
            guard state.contributors == 0 else { return nil }
            // Its entries hold the ticket, and that holds us.
            defer { state.parts = [] }
            return state.parts
        }
    }
}
