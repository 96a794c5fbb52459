/// A turn's messages to the other shards, and which of them must not be sent more for now.
struct OutboundMail {
    private var batches: ContiguousArray<ContiguousArray<ShardMail>> = []
    private var links: ContiguousArray<ShardLink?> = []
    private var blocked: UInt64 = 0
    private(set) var isEmpty = true

    /// Gives the links, one for each shard, none for the own.
    mutating func connect(_ links: ContiguousArray<ShardLink?>) {
        self.links = links
        batches = ContiguousArray(repeating: [], count: links.count)
    }

    /// Puts a message into this turn's batch; false where the link is over its bound and the publisher should wait.
    mutating func append(_ mail: ShardMail, to shard: Int) -> Bool {
        isEmpty = false
        batches[shard].append(mail)
        return blocked & (1 << UInt64(shard)) == 0
    }

    /// Sends the batches.
    mutating func flush() {
        isEmpty = true
        for shard in batches.indices where !batches[shard].isEmpty {
            if let link = links[shard], !link.send(batches[shard]) { blocked |= 1 << UInt64(shard) }
            batches[shard].removeAll(keepingCapacity: batches[shard].capacity <= Self.keptCapacity)
        }
    }

    /// The link to `shard` takes messages again.
    mutating func unblock(_ shard: Int) {
        blocked &= ~(1 << UInt64(shard))
    }

    /// Messages a batch keeps room for between turns.
    private static let keptCapacity = 1024
}
