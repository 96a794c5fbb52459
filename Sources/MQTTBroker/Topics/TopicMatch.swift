/// One session that a topic is delivered to, its overlapping subscriptions merged into one delivery.
struct Receiver: BitwiseCopyable {
    var slot: UInt32
    var generation: UInt32
    var identifiers: IdentifierReference
    var options: DeliveryOptions
}

/// The subscription identifiers of a delivery: none, one in place, or the number of a list beside it.
struct IdentifierReference: BitwiseCopyable {
    private(set) var value: UInt32

    /// No identifier.
    static let none = IdentifierReference(value: 0)

    init(single identifier: UInt32) { value = identifier }
    init(list number: Int) { value = UInt32(number) | Self.listBit }
    private init(value: UInt32) { self.value = value }

    @inline(__always)
    var isEmpty: Bool { value == 0 }

    /// The list's number, when there are several identifiers.
    var list: Int? { value & Self.listBit == 0 ? nil : Int(value & ~Self.listBit) }

    private static let listBit: UInt32 = 1 << 31
}

/// A shared subscription that a topic matches, with its members as they were.
struct SharedMatch {
    var group: SharedGroupID
    var members: ContiguousArray<SharedMember>
    /// How many of `members`, which come first, were connected.
    var onlineCount: Int
}

/// One member of a shared subscription.
struct SharedMember: BitwiseCopyable, Sendable {
    var session: SessionHandle
    var options: DeliveryOptions
    var identifier: UInt32
}

/// Where one topic goes, as one shard sees it at one generation of the tree: its own sessions, and which other shards.
final class TopicMatch {
    let hash: UInt64
    let generation: UInt64
    let topic: UnsafeRawBufferPointer
    let receivers: UnsafeMutableBufferPointer<Receiver>
    /// A bit for each other shard that has receivers.
    let otherShards: UInt64
    /// Whether a QoS 1 or 2 message may have to be stored for one of them, on whatever shard.
    let storesMessages: Bool
    let groups: ContiguousArray<SharedMatch>
    let identifierLists: ContiguousArray<ContiguousArray<UInt32>>

    init(topic: UnsafeRawBufferPointer, hash: UInt64, generation: UInt64, builder: borrowing MatchBuilder) {
        self.hash = hash
        self.generation = generation
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: topic.count, alignment: 1)
        copy.copyMemory(from: topic)
        self.topic = UnsafeRawBufferPointer(copy)
        receivers = .allocate(capacity: builder.receivers.count)
        _ = receivers.initialize(from: builder.receivers)
        otherShards = builder.otherShards
        storesMessages = builder.storesMessages
        groups = builder.groups
        identifierLists = builder.identifierLists
    }

    deinit {
        topic.deallocate()
        receivers.deallocate()
    }

    /// What it costs to remember, in units of a receiver's 16 bytes.
    var weight: Int {
        let others = groups.reduce(0) { $0 + $1.members.count * MemoryLayout<SharedMember>.stride }
        let lists = identifierLists.reduce(0) { $0 + $1.count * MemoryLayout<UInt32>.stride }
        let bytes = Self.overhead + topic.count + others + lists
        return receivers.count + bytes / MemoryLayout<Receiver>.stride
    }

    /// Bytes of the object and of the blocks it owns, about.
    private static let overhead = 192

    /// Whether nobody at all wants the topic.
    var isEmpty: Bool { receivers.isEmpty && otherShards == 0 && groups.isEmpty }
}
