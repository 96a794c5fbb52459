import MQTTCodec
import Reactors
import Synchronization

/// What one shard tells another.
// Sendable: messages never change, all else is plain values.
enum ShardMail: @unchecked Sendable {
    /// A message for whoever of the other shard matches it; a ticket comes with a share and a contribution to give.
    case publish(Message, publisher: SessionHandle, CommitTicket?)
    /// A message for one member of a shared subscription.
    case deliver(Message, to: SharedMember, group: SharedGroupID, CommitTicket?)
    /// A ticket of the other shard is settled.
    case settled(CommitTicket)

    /// What it counts towards the bound on bytes between shards.
    var weight: Int {
        switch self {
        case .publish(let message, _, _), .deliver(let message, _, _, _): message.count + Self.overhead
        case .settled: Self.overhead
        }
    }

    /// Bytes a message costs beside its own: its header and its place in batches.
    private static let overhead = 128
}

/// The way from one shard to one other: a turn's messages as one batch, and a bound on the bytes under way.
final class ShardLink: Sendable {
    private let mailbox: Mailbox<ShardMail>
    private let traffic: Traffic

    /// A link from `source` into `target`.
    init(from source: BrokerShard, to target: BrokerShard, highWaterMark: Int) {
        let traffic = Traffic(highWaterMark: highWaterMark)
        let reactor = source.reactor
        let sender = UInt16(target.index)
        self.traffic = traffic
        mailbox = Mailbox(reactor: target.reactor) { [weak source, weak target] batch in
            guard let target else { return }
            for mail in batch { target.receive(mail) }
            guard traffic.arrived(batch.reduce(0) { $0 + $1.weight }) else { return }
            reactor.post { [weak source] in source?.linkDrained(to: sender) }
        }
    }

    /// Sends a batch; false when so much is under way that who fills the link must wait for `linkDrained`.
    func send(_ batch: ContiguousArray<ShardMail>) -> Bool {
        let mayGoOn = traffic.departed(batch.reduce(0) { $0 + $1.weight })
        mailbox.send(contentsOf: batch)
        return mayGoOn
    }
}

/// The bytes under way on one link, counted by both ends.
private final class Traffic: Sendable {
    private let bytes = Atomic<Int>(0)
    private let senderWaits = Atomic<Bool>(false)
    private let highWaterMark: Int

    init(highWaterMark: Int) {
        self.highWaterMark = highWaterMark
    }

    /// Whether the sender may go on after this much more.
    func departed(_ weight: Int) -> Bool {
        let total = bytes.add(weight, ordering: .sequentiallyConsistent).newValue
        guard total > highWaterMark else { return true }
        senderWaits.store(true, ordering: .sequentiallyConsistent)
        return false
    }

    /// Whether the sender waits and may now go on.
    func arrived(_ weight: Int) -> Bool {
        let left = bytes.subtract(weight, ordering: .sequentiallyConsistent).newValue
        return left <= highWaterMark / 2 && senderWaits.exchange(false, ordering: .sequentiallyConsistent)
    }
}
