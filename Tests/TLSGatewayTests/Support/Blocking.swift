import Dispatch
import TestDevice

/// Runs what blocks on a thread of its own: a test that waits for its device in one of Swift's few threads would keep the
/// registry from answering in them.
func blocking<Value>(_ body: @escaping () throws -> Value) async throws -> Value {
    // The caller waits, so that nothing of it is touched by two threads at a time.
    nonisolated(unsafe) let body = body
    nonisolated(unsafe) var result: Result<Value, any Error>?
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        DispatchQueue.global().async {
            result = Result { try body() }
            continuation.resume()
        }
    }
    guard let result else { throw CancellationError() }
    return try result.get()
}

extension GatewayUnderTest {
    /// What comes of a handshake and a CONNECT, where the answer takes more than the gateway's own threads.
    func call(_ caller: Caller = Caller()) async throws -> Fate {
        try await blocking { try self.fate(caller) }
    }
}

/// Waits until something is so that another thread brings about; throws when patience is at an end.
func until(_ condition: () -> Bool) async throws {
    let deadline = ContinuousClock.now + GatewayUnderTest.patience
    while !condition() {
        guard ContinuousClock.now < deadline else { throw PipeError.deadlinePassed }
        await Task.yield()
    }
}
