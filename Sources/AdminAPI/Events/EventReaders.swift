import Hummingbird
import Synchronization

/// How many may follow the events at once: each holds a connection for as long as it likes.
final class EventReaders: Sendable {
    /// Readers at once.
    static let most = 64

    private let seated = Mutex(0)
    private let limit: Int
    /// How long a stream is silent before it says that it is still there.
    let heartbeat: Duration

    init(limit: Int = most, heartbeat: Duration = .seconds(15)) {
        self.limit = limit
        self.heartbeat = heartbeat
    }

    /// Lets one more in, until the seat is let go. Throws a 429 ``Problem``.
    func enter() throws(Problem) -> Seat {
        let isFree = seated.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isFree else { throw .tooManyReaders(limit: limit) }
        return Seat(readers: self)
    }

    private func leave() {
        seated.withLock { $0 -= 1 }
    }

    /// One reader's place; given back when nobody holds it any more, also when its answer was never begun.
    final class Seat: Sendable {
        private let readers: EventReaders

        init(readers: EventReaders) {
            self.readers = readers
        }

        deinit { readers.leave() }
    }
}

extension Problem {
    static func tooManyReaders(limit: Int) -> Problem {
        var problem = Problem(
            code: "too-many-event-readers",
            title: "Too many follow the events",
            status: .tooManyRequests,
            detail: "\(limit) follow the events already, \(limit) may. End one of them, or try again later."
        )
        problem.retryAfter = 30
        return problem
    }
}
