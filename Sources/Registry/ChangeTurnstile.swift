import Synchronization

/// Lets one change pass at a time, in the order of arrival.
///
/// An actor would not do: it takes the next call while the first one awaits its store.
final class ChangeTurnstile: Sendable {
    private struct Queue {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let queue = Mutex(Queue())

    /// Returns when it is the caller's turn; `leave()` must follow.
    func enter() async {
        await withCheckedContinuation { continuation in
            let isNext = queue.withLock { queue in
                if queue.isTaken {
                    queue.waiting.append(continuation)
                    return false
                }
                queue.isTaken = true
                return true
            }
            if isNext { continuation.resume() }
        }
    }

    /// Ends the caller's turn and begins the next one's.
    func leave() {
        let next = queue.withLock { queue -> CheckedContinuation<Void, Never>? in
            guard !queue.waiting.isEmpty else {
                queue.isTaken = false
                return nil
            }
            return queue.waiting.removeFirst()
        }
        next?.resume()
    }
}
