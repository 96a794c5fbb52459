import LDNS

/// The addresses of the access points, asked once in a run.
actor TargetAddresses {
    private let source: any RecordSource
    private let limits: CheckLimits
    private var known: [DNSName: Task<Answer, Never>] = [:]

    struct Answer: Sendable {
        var facts: AddressFacts
        var exchanges: [ServerExchange]
    }

    init(source: any RecordSource, limits: CheckLimits) {
        self.source = source
        self.limits = limits
    }

    /// The addresses at the end of the access point's own chain. The first caller asks, the others wait with it.
    func addresses(of name: DNSName) async -> Answer {
        let task =
            known[name]
            ?? Task { [source, limits] in
                await withDeadline(limits.timePerName) {
                    let walk = ChainWalk(source: source, followedAliases: limits.followedAliases)
                    let trail = await walk.walk(from: name, stops: [])
                    return Answer(facts: trail.end.addressFacts, exchanges: trail.exchanges)
                }
            }
        known[name] = task
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }
}

extension ChainEnd {
    /// What an access point resolves to; a chain without an end has no address.
    fileprivate var addressFacts: AddressFacts {
        switch self {
        case .name(_, let facts): facts
        case .accessPoint, .loop, .severalAliases, .tooManyAliases: .noData
        }
    }
}

/// Runs `operation` and cancels it when `limit` is over; it then ends with what it has.
func withDeadline<Value: Sendable>(
    _ limit: Duration,
    _ operation: @escaping @Sendable () async -> Value
) async -> Value {
    let work = Task(operation: operation)
    let timer = Task {
        try? await Task.sleep(for: limit)
        work.cancel()
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
        await work.value
    } onCancel: {
        work.cancel()
    }
}
