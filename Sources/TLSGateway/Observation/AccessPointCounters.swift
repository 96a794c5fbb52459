import OpenSSL

/// The live counts of one access point; every reactor adds to them.
final class AccessPointCounters: Sendable {
    private let name: String
    private let totals = CounterArray(count: Total.allCases.count)
    private let refused = CounterArray(count: Refusal.Reason.allCases.count)
    private let open = CounterArray(count: VersionLabel.count)
    private let handshakes = CounterArray(count: VersionLabel.count * HandshakeOutcome.allCases.count)
    private let durations = CounterArray(count: GatewayStatistics.Histogram.bounds.count + 1)

    init(name: String) { self.name = name }

    func accepted() { totals.add(at: Total.accepted.rawValue) }

    func admitted() { totals.add(at: Total.admitted.rawValue) }

    func refused(_ reason: Refusal.Reason) { refused.add(at: reason.index) }

    func opened(_ version: TLSVersion?) { open.add(at: VersionLabel.index(of: version)) }

    func closed(_ version: TLSVersion?) { open.add(-1, at: VersionLabel.index(of: version)) }

    func handshakeFailed(_ version: TLSVersion?) { count(.failed, version) }

    func handshakeFinished(_ version: TLSVersion, resumed: Bool, after duration: Duration) {
        count(resumed ? .resumed : .full, version)
        let bound = GatewayStatistics.Histogram.bounds.firstIndex { duration <= .seconds($0) }
        durations.add(at: bound ?? GatewayStatistics.Histogram.bounds.count)
        totals.add(Int(duration / .microseconds(1)), at: Total.handshakeMicroseconds.rawValue)
    }

    /// A copy of the counts. Counters that belong together may differ by what happens meanwhile.
    func read() -> GatewayStatistics.AccessPointStatistics {
        var result = GatewayStatistics.AccessPointStatistics(name: name)
        result.accepted = totals[Total.accepted.rawValue]
        result.admitted = totals[Total.admitted.rawValue]
        for reason in Refusal.Reason.allCases where refused[reason.index] > 0 {
            result.refused[reason] = refused[reason.index]
        }
        for version in VersionLabel.all {
            let index = VersionLabel.index(of: version)
            if open[index] != 0 { result.open[version] = open[index] }
            for outcome in HandshakeOutcome.allCases {
                let count = handshakes[outcome.rawValue * VersionLabel.count + index]
                let kind = GatewayStatistics.HandshakeKind(
                    succeeded: outcome != .failed,
                    version: version,
                    resumed: outcome == .resumed
                )
                if count > 0 { result.handshakes[kind] = count }
            }
        }
        for index in result.handshakeSeconds.counts.indices { result.handshakeSeconds.counts[index] = durations[index] }
        result.handshakeSeconds.sum = Double(totals[Total.handshakeMicroseconds.rawValue]) / 1e6
        return result
    }

    private func count(_ outcome: HandshakeOutcome, _ version: TLSVersion?) {
        handshakes.add(at: outcome.rawValue * VersionLabel.count + VersionLabel.index(of: version))
    }

    private enum Total: Int, CaseIterable { case accepted, admitted, handshakeMicroseconds }

    private enum HandshakeOutcome: Int, CaseIterable { case failed, full, resumed }

    /// The TLS versions and "none", numbered.
    private enum VersionLabel {
        static let all: [TLSVersion?] = [nil] + TLSVersion.allCases.map(Optional.some)
        static let count = all.count

        static func index(of version: TLSVersion?) -> Int { all.firstIndex(of: version) ?? 0 }
    }
}

extension Refusal.Reason {
    /// The place of this reason among all, for arrays of counters.
    fileprivate var index: Int { Self.indices[self] ?? 0 }

    private static let indices = Dictionary(uniqueKeysWithValues: zip(allCases, allCases.indices))
}
