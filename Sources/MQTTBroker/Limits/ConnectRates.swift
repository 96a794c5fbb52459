import Reactors

/// How often each client id has connected: a bucket for each id that has not been quiet long enough to be forgotten.
///
/// Two devices with one id take each other over for ever, and each time cost what a new connection costs. No clock: times
/// come in, verdicts go out. At most 65,536 ids, some 3 MiB; ids beyond them are let in.
struct ConnectRates {
    private let pace: TokenBucket.Pace?
    private let hash = KeyedHash()
    private var ids: [UInt64: Entry] = [:]
    private var nextSweep = MonotonicTime(nanoseconds: 0)

    private struct Entry {
        var bucket = TokenBucket()
        /// When somebody was told of it.
        var toldAt: MonotonicTime?
    }

    /// What a CONNECT is.
    enum Verdict: Equatable {
        case admitted
        /// One too many; `isNews` when nobody was told of this id for a minute.
        case tooOften(isNews: Bool)
    }

    /// - Parameter pace: connections of one id; nil for no bound.
    init(_ pace: TokenBucket.Pace?) {
        self.pace = pace
    }

    /// Ids remembered.
    var count: Int { ids.count }

    /// Counts a CONNECT.
    mutating func verdict(on clientID: ClientID, at now: MonotonicTime) -> Verdict {
        guard let pace else { return .admitted }
        let key = clientID.bytes.withUnsafeBytes { hash($0) }
        if ids[key] == nil, ids.count >= Self.capacity {
            sweep(at: now)
            guard ids.count < Self.capacity else { return .admitted }
        }
        var entry = ids[key] ?? Entry()
        defer { ids[key] = entry }
        if entry.bucket.take(at: now, pace) { return .admitted }
        let isNews = entry.toldAt.map { now >= $0.advanced(by: Self.toldEvery) } ?? true
        if isNews { entry.toldAt = now }
        return .tooOften(isNews: isNews)
    }

    /// Forgets the ids that have been quiet; seldom, since it looks at all of them.
    private mutating func sweep(at now: MonotonicTime) {
        guard now >= nextSweep else { return }
        nextSweep = now.advanced(by: Self.sweepInterval)
        ids = ids.filter { !$0.value.bucket.isFull(at: now) }
    }

    private static let capacity = 65_536
    private static let toldEvery = Duration.seconds(60)
    private static let sweepInterval = Duration.seconds(1)
}
