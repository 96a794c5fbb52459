import Synchronization

package import struct FoundationEssentials.Date

/// Where everything that happens is told once, and whoever listens reads at a pace of their own.
///
/// The hub keeps the last events in a ring. A subscription is no more than a position in it: a slow reader costs no
/// memory, loses the oldest events, and is told how many. Publishing never waits for a reader.
package final class EventHub: Sendable {
    private struct Ring {
        /// The events from `oldest` on, and around the end; what has gone leaves its place empty.
        var events: [ClusterEvent?]
        /// Where the oldest event lies.
        var oldest = 0
        var count = 0
        var bytes = 0
        var nextID: UInt64
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
        var isFinished = false

        init(nextID: UInt64, capacity: Int) {
            events = Array(repeating: nil, count: capacity)
            self.nextID = nextID
        }

        /// The event at a place, from the oldest on.
        func event(at place: Int) -> ClusterEvent? { events[(oldest + place) % events.count] }

        /// Adds the newest event; the oldest ones go until it fits. It is kept itself, however large it is.
        mutating func append(_ event: ClusterEvent, byteLimit: Int) {
            bytes += event.size
            while count > 0, count == events.count || bytes > byteLimit {
                bytes -= events[oldest]?.size ?? 0
                events[oldest] = nil
                oldest = (oldest + 1) % events.count
                count -= 1
            }
            events[(oldest + count) % events.count] = event
            count += 1
        }
    }

    private let ring: Mutex<Ring>
    private let byteLimit: Int
    private let firstID: UInt64

    /// Events kept for readers that come later or read slowly, unless said otherwise.
    package static let defaultCapacity = 4_096
    /// Bytes of events kept, unless said otherwise: 8 MiB, some 2 KiB for each.
    package static let defaultByteLimit = 8 << 20

    /// A hub that keeps so many events, and so many bytes of them.
    ///
    /// The first id is the start's time in microseconds since 1970, so that ids keep growing over restarts (for less than
    /// a million events a second), and stay exact as JSON numbers.
    package init(startedAt: Date, capacity: Int = defaultCapacity, byteLimit: Int = defaultByteLimit) {
        let microseconds = 1_000_000.0
        firstID = UInt64(max(1, startedAt.timeIntervalSince1970 * microseconds))
        self.byteLimit = byteLimit
        ring = Mutex(Ring(nextID: firstID, capacity: max(1, capacity)))
    }

    /// Tells everybody. From any thread; costs a short lock and the waking of readers that wait.
    @discardableResult
    package func publish(_ draft: ClusterEventDraft) -> ClusterEvent {
        let (event, waiting) = ring.withLock { ring in
            let event = ClusterEvent(id: ring.nextID, draft)
            ring.nextID += 1
            ring.append(event, byteLimit: byteLimit)
            let waiting = Array(ring.waiting.values)
            ring.waiting = [:]
            return (event, waiting)
        }
        for continuation in waiting { continuation.resume() }
        return event
    }

    /// Reads what comes from now on; or what came after the event that the reader saw last, as far as it is still kept.
    package func subscribe(after id: UInt64? = nil) -> EventSubscription {
        EventSubscription(hub: self, position: id.map(EventPosition.after) ?? .at(ring.withLock { $0.nextID }))
    }

    /// The last events, the oldest first, at most so many.
    package func recent(_ limit: Int) -> [ClusterEvent] {
        ring.withLock { ring in
            let count = min(max(0, limit), ring.count)
            return (ring.count - count..<ring.count).compactMap { ring.event(at: $0) }
        }
    }

    /// Readers that have read everything and wait for more.
    var waitingReaders: Int { ring.withLock { $0.waiting.count } }

    /// Ends every subscription once it has read what is there; for the end of the program.
    package func finish() {
        let waiting = ring.withLock { ring in
            ring.isFinished = true
            let waiting = Array(ring.waiting.values)
            ring.waiting = [:]
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// The next delivery for a reader, and where it stands then; waits for one. `nil` at the end, or when cancelled.
    func next(from position: EventPosition) async -> (EventDelivery, EventPosition)? {
        while !Task.isCancelled {
            let waiter: UInt64? = ring.withLock { ring in
                guard !ring.isFinished, Self.delivery(from: position, in: ring, firstID: firstID) == nil else {
                    return nil
                }
                ring.nextWaiter += 1
                return ring.nextWaiter
            }
            guard let waiter else {
                return ring.withLock { Self.delivery(from: position, in: $0, firstID: firstID) }
            }
            await wait(as: waiter, at: position)
        }
        return nil
    }

    private func wait(as waiter: UInt64, at position: EventPosition) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = ring.withLock { ring in
                    // Published, finished or cancelled since the look before.
                    if Task.isCancelled || ring.isFinished
                        || Self.delivery(from: position, in: ring, firstID: firstID) != nil
                    {
                        return true
                    }
                    ring.waiting[waiter] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            ring.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
        }
    }

    private static func delivery(
        from position: EventPosition,
        in ring: Ring,
        firstID: UInt64
    ) -> (EventDelivery, EventPosition)? {
        let oldestID = ring.nextID - UInt64(ring.count)
        let wanted: UInt64
        switch position {
        case .at(let id): wanted = id
        case .after(let id):
            // An id of an earlier run, or of a clock that went back since: nobody knows how many came between.
            guard id >= firstID - 1, id < ring.nextID else { return (.missed(nil), .at(oldestID)) }
            wanted = id + 1
        }
        guard wanted >= oldestID else { return (.missed(oldestID - wanted), .at(oldestID)) }
        guard wanted < ring.nextID, let event = ring.event(at: Int(wanted - oldestID)) else { return nil }
        return (.event(event), .at(wanted + 1))
    }
}

/// Where a reader stands.
enum EventPosition: Sendable {
    /// The id that it reads next.
    case at(UInt64)
    /// The id that it says it saw last.
    case after(UInt64)
}
