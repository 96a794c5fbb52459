import ServiceLifecycle

/// Something that is done again and again until the node goes, and a last time then.
struct PeriodicTask: Service {
    /// How long to wait after each time, in seconds; asked after each time.
    let pause: @Sendable () -> Duration
    /// What is done; it says itself what went wrong.
    let body: @Sendable () async -> Void
    /// What is done at the end.
    let last: @Sendable () async -> Void

    /// Does `body` at once, and `pause` after it was done again; `last`, or nothing, at the end.
    init(
        every pause: @autoclosure @escaping @Sendable () -> Duration,
        _ body: @escaping @Sendable () async -> Void,
        last: @escaping @Sendable () async -> Void = {}
    ) {
        self.pause = pause
        self.body = body
        self.last = last
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await body()
                try await Task.sleep(for: pause())
            }
        }
        // Not in the task that was cancelled: what is done last is done whole.
        await Task { await last() }.value
    }
}
