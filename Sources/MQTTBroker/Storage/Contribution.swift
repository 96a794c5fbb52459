/// One change that a shard wants stored, and what follows.
struct LedgerEntry {
    /// What is to be changed; nil for something that only waits for what is before it.
    var change: StoreChange?
    /// The message that a put refers to, or one that must not go before the change is stored.
    var message: Message?
    var completion = Completion.none

    /// What follows when it is stored, or cannot be.
    enum Completion {
        /// Nobody waits. Tried again until it is stored.
        case none
        /// A version of a delivery's row.
        case row(SessionHandle, SessionKey, sequence: UInt64, CommitTicket?)
        /// Something that a ticket waits for. Tried again until it is stored, though the ticket is refused.
        case share(CommitTicket)
        /// A QoS 2 message that a client has sent.
        case inbound(SessionHandle, SessionKey, CommitTicket)
        /// Called once with the outcome; not tried again.
        case answer((_ stored: Bool) -> Void)
        /// Tried again until it is stored, then called.
        case whenStored(() -> Void)
    }

    /// Bytes that it counts while it waits for the disk.
    var weight: Int { Self.overhead + (message?.count ?? 0) }

    /// Bytes of an entry beside its message, with its part in the writer's lists.
    static let overhead = 256
}

/// What one shard gives the writer at a time. The writer reads the changes; what follows is the shard's, who gets it back.
// Sendable: in one pair of hands at a time: the shard's, the writer's, the shard's again.
final class Contribution: @unchecked Sendable {
    let shard: Int
    var entries: ContiguousArray<LedgerEntry>

    init(shard: Int, _ entries: ContiguousArray<LedgerEntry> = []) {
        self.shard = shard
        self.entries = entries
    }
}

/// What the writer tells a shard.
enum StoreAnswer: Sendable {
    /// Everything of the contribution is stored.
    case stored(Contribution)
    /// Nothing of it is.
    case refused(Contribution)
    /// A commit is over, after the answers to it.
    case round(StoreRound)
}

/// How things stand after a commit.
struct StoreRound: Sendable {
    /// Changes of retained messages up to this one are stored.
    var retainedStored: UInt64
    /// Changes of retained messages up to this one were tried.
    var retainedTried: UInt64
    /// Counts the commits that failed; a contribution under an older number comes too early.
    var epoch: UInt64
    /// Whether commits fail.
    var isFailing: Bool
}
