/// A shard's memory of where topics go, so that a topic in use costs one hash and no lock.
///
/// Two places a topic, so that two busy topics of one place do not drive each other out. Bounded in topics and in
/// bytes: topics come from clients, and may be long and never come again.
struct MatchCache: ~Copyable {
    private let hash: KeyedHash
    private let index: SubscriptionIndex
    private let places: UnsafeMutablePointer<TopicMatch?>
    private var builder: MatchBuilder
    /// Which receivers may read a topic; nil where all may.
    private var readers: ((UnsafeRawBufferPointer, Receiver) -> Bool)?
    /// Goes up when what is remembered may name others than may read.
    private var readersGeneration: UInt64 = 0
    /// What is remembered weighs, see `TopicMatch.weight`.
    private(set) var weight = 0

    /// Topics remembered at most.
    private static var placeCount: Int { 1 << 16 }
    /// Weight of all topics at most: 64 MiB in receivers of 16 bytes.
    static var weightLimit: Int { 1 << 22 }

    init(index: SubscriptionIndex, shard: UInt16, hash: KeyedHash = KeyedHash()) {
        self.index = index
        self.hash = hash
        builder = MatchBuilder(shard: shard)
        places = .allocate(capacity: Self.placeCount)
        places.initialize(repeating: nil, count: Self.placeCount)
    }

    deinit {
        places.deinitialize(count: Self.placeCount)
        places.deallocate()
    }

    /// Where `topic` goes at the tree's present generation.
    @inline(__always)
    mutating func match(_ topic: UnsafeRawBufferPointer) -> TopicMatch {
        let hash = hash(topic)
        let place = Int(truncatingIfNeeded: hash) & (Self.placeCount - 1)
        // Neither ever goes down, so their sum is new whenever one of them is.
        let generation = index.generation &+ readersGeneration
        if let known = places[place], known.hash == hash, known.generation == generation, known.topic.equals(topic) {
            return known
        }
        return matchElsewhere(topic, hash: hash, place: place, generation: generation)
    }

    /// From now on receivers are asked about, once for each topic that is looked up.
    mutating func setReaders(_ readers: ((UnsafeRawBufferPointer, Receiver) -> Bool)?) {
        self.readers = readers
        forgetReaders()
    }

    /// Has every topic looked up again: receivers may read others than before.
    mutating func forgetReaders() {
        readersGeneration += 1
    }

    /// What the publisher itself gets of its own message where some of its subscriptions have No Local.
    mutating func publisherMatch(_ topic: UnsafeRawBufferPointer, publisher: SessionHandle) -> TopicMatch {
        let generation = builder.match(topic, in: index, onlyPublisher: publisher)
        leaveOutOthers(topic)
        return TopicMatch(topic: topic, hash: 0, generation: generation, builder: builder)
    }

    private mutating func matchElsewhere(
        _ topic: UnsafeRawBufferPointer,
        hash: UInt64,
        place: Int,
        generation: UInt64
    ) -> TopicMatch {
        let other = place ^ 1
        if let known = places[other], known.hash == hash, known.generation == generation, known.topic.equals(topic) {
            return known
        }
        let answered = builder.match(topic, in: index) &+ readersGeneration
        leaveOutOthers(topic)
        let match = TopicMatch(topic: topic, hash: hash, generation: answered, builder: builder)
        if weight + match.weight > Self.weightLimit { forgetAll() }
        put(match, at: place, or: other)
        return match
    }

    private mutating func leaveOutOthers(_ topic: UnsafeRawBufferPointer) {
        guard let readers else { return }
        builder.removeReceivers { !readers(topic, $0) }
    }

    private mutating func put(_ match: TopicMatch, at place: Int, or other: Int) {
        let chosen = victim(of: match, place, other)
        weight += match.weight - (places[chosen]?.weight ?? 0)
        places[chosen] = match
    }

    /// The place that holds the topic's own stale match, else an empty or stale one, else either.
    private func victim(of match: TopicMatch, _ place: Int, _ other: Int) -> Int {
        for candidate in [place, other] where places[candidate]?.hash == match.hash { return candidate }
        for candidate in [place, other] where places[candidate]?.generation != match.generation { return candidate }
        return match.hash >> 63 == 0 ? place : other
    }

    private mutating func forgetAll() {
        for index in 0..<Self.placeCount { places[index] = nil }
        weight = 0
    }
}
