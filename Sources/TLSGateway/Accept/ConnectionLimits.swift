import Reactors
import Synchronization

/// What keeps a flood of connections cheap: all of it is asked before a byte is read or any cryptography is spent.
///
/// One instance serves all reactors, since the kernel spreads the connections of one source over them.
final class ConnectionLimits: Sendable {
    private let maxConnections: Int
    private let open = Atomic<Int>(0)
    private let all: Mutex<TokenBucket>
    private let allPace: TokenBucket.Pace
    private let perSecond: Double
    private let allowance: AdmissionSettings.SourceAllowance
    private let sourcePace: TokenBucket.Pace
    private let sources: Mutex<Sources>

    init(_ settings: AdmissionSettings) {
        maxConnections = settings.maxConnections
        all = Mutex(TokenBucket())
        allPace = TokenBucket.Pace(rate: settings.handshakesPerSecond, burst: settings.handshakesPerSecond)
        perSecond = settings.handshakesPerSecond
        allowance = settings.perSource
        sourcePace = TokenBucket.Pace(rate: settings.perSource.rate, burst: settings.perSource.burst)
        sources = Mutex(Sources())
    }

    /// Counts a connection from `source` in, or refuses it.
    ///
    /// The source's own bucket is asked before the common one, so that one greedy source does not use up what is
    /// there for all.
    func admit(_ source: NetworkAddress, at now: MonotonicTime) throws(Refusal) -> ConnectionPermit {
        let permit = ConnectionPermit(self)
        let count = open.wrappingAdd(1, ordering: .relaxed).newValue
        guard count <= maxConnections else {
            throw .tooManyConnections(open: count - 1, allowed: maxConnections)
        }
        guard sources.withLock({ $0.take(source, at: now, sourcePace) }) else {
            throw .sourceTooFast(source, allowed: allowance)
        }
        guard all.withLock({ $0.take(at: now, allPace) }) else {
            throw .tooManyHandshakes(allowedPerSecond: perSecond)
        }
        return permit
    }

    /// Connections open now.
    var openConnections: Int { open.load(ordering: .relaxed) }

    fileprivate func release() { open.wrappingSubtract(1, ordering: .relaxed) }

    /// A bucket per source, bounded.
    private struct Sources {
        private var buckets: [UInt64: TokenBucket] = [:]
        /// What sources share that find the table full of busy ones.
        private var overflow = TokenBucket()
        private var nextSweep: MonotonicTime?

        mutating func take(_ source: NetworkAddress, at now: MonotonicTime, _ pace: TokenBucket.Pace) -> Bool {
            let key = Self.key(of: source)
            if buckets[key] == nil, buckets.count >= Self.capacity {
                sweep(at: now)
                guard buckets.count < Self.capacity else { return overflow.take(at: now, pace) }
            }
            return buckets[key, default: TokenBucket()].take(at: now, pace)
        }

        /// Forgets the sources at rest; seldom, since it looks at all of them.
        private mutating func sweep(at now: MonotonicTime) {
            guard nextSweep.map({ now >= $0 }) ?? true else { return }
            nextSweep = now.advanced(by: Self.sweepInterval)
            buckets = buckets.filter { !$0.value.isFull(at: now) }
        }

        /// An IPv4 address, or the /64 that one IPv6 customer usually holds.
        private static func key(of source: NetworkAddress) -> UInt64 {
            UInt64(truncatingIfNeeded: source.isVersion4 ? source.bits : source.bits >> 64)
        }

        /// Sources remembered at once: about 2 MiB.
        private static let capacity = 65_536
        private static let sweepInterval = Duration.milliseconds(100)
    }
}

/// One counted connection; letting go of it counts the connection out.
final class ConnectionPermit: Sendable {
    private let limits: ConnectionLimits

    fileprivate init(_ limits: ConnectionLimits) { self.limits = limits }

    deinit { limits.release() }
}
