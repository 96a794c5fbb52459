import Synchronization

extension AdminClient {
    /// Reads an answer that has no end of its own, until nothing has come for `quiet`.
    func stream(
        _ request: AdminRequest,
        untilQuietFor quiet: Duration,
        _ receive: @escaping @Sendable ([UInt8]) throws -> Void
    ) async throws {
        let silence = Silence()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await stream(request) { piece in
                    silence.end()
                    try receive(piece)
                }
            }
            group.addTask { try await silence.wait(for: quiet) }
            // Whichever ends first ends the other: the silence the stream, or the stream's end the wait.
            try await group.next()
            group.cancelAll()
        }
    }
}

/// How long nothing has come.
private final class Silence: Sendable {
    private let beginning = Mutex(ContinuousClock.now)

    /// Something came: the silence begins anew.
    func end() {
        beginning.withLock { $0 = .now }
    }

    func wait(for duration: Duration) async throws {
        while case let end = beginning.withLock({ $0 }) + duration, end > .now {
            try await Task.sleep(until: end, clock: .continuous)
        }
    }
}
