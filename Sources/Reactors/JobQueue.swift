/// The closures posted to a reactor.
final class JobQueue: Mail {
    private struct State: Sendable {
        var jobs: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let state = Guarded(State())

    /// Adds a job; true when it is the first since the last delivery.
    func append(_ job: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.jobs.append(job)
            return state.jobs.count == 1
        }
    }

    package func deliver() {
        let batch = state.withLock { exchange(&$0.jobs, with: []) }
        for job in batch { job() }
    }

    /// Drops what waits and what is still to come.
    func close() {
        // The closures go after the lock has been let go: what they captured may come back here.
        _ = state.withLock { state in
            state.isClosed = true
            return exchange(&state.jobs, with: [])
        }
    }
}
