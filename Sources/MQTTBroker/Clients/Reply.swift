import Synchronization

/// An answer that somebody waits for: given once, or a fallback when whoever was to give it is gone.
///
/// A job posted to a reactor that has stopped is dropped, and the reply with it: nobody waits for ever.
final class Reply<Value: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<Value, Never>?>
    private let fallback: Value

    private init(_ continuation: CheckedContinuation<Value, Never>, or fallback: Value) {
        waiting = Mutex(continuation)
        self.fallback = fallback
    }

    deinit { send(fallback) }

    /// Waits for what `body` has somebody send.
    static func awaiting(or fallback: Value, _ body: (Reply) -> Void) async -> Value {
        await withCheckedContinuation { body(Reply($0, or: fallback)) }
    }

    /// Gives the answer; the first counts.
    func send(_ value: Value) {
        let continuation = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(returning: value)
    }
}
