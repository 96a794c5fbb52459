import Hummingbird
import NIOCore
import Registry
import ServiceLifecycle

/// Server-sent events (WHATWG HTML § 9.2): each event with its id, its kind and its JSON; a comment while nothing happens.
///
/// A reader that is slow holds up nobody: it is handed one event after the other, and told with an event `missed` how many
/// it lost. The stream ends when the reader goes, when the hub has finished, and when the server shuts down.
enum EventStream {
    static func response(
        _ subscription: EventSubscription,
        _ kinds: Set<ClusterEventKind>,
        _ readers: EventReaders
    ) throws(Problem) -> Response {
        let seat = try readers.enter()
        let body = ResponseBody { writer in
            // Held until the stream ends, in whatever way.
            defer { _ = seat }
            // At once, so that the reader knows that it is connected; `retry` is in milliseconds.
            try await writer.write(ByteBuffer(string: "retry: 3000\n: connected\n\n"))
            var turn = Turn(iterator: subscription.makeAsyncIterator(), heartbeat: readers.heartbeat)
            while let text = await turn.next(kinds) { try await writer.write(ByteBuffer(string: text)) }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: MediaType.events, .cacheControl: "no-store"],
            body: body
        )
    }

    /// What is written next: waits for an event, but no longer than until the next heartbeat.
    private struct Turn {
        private enum Outcome: Sendable {
            case delivered(EventDelivery?, EventSubscription.Iterator)
            case quiet
            case shuttingDown
        }

        var iterator: EventSubscription.Iterator
        let heartbeat: Duration

        /// The text to write; nil at the end.
        mutating func next(_ kinds: Set<ClusterEventKind>) async -> String? {
            switch await outcome() {
            case .shuttingDown, .delivered(nil, _): return nil
            case .quiet: return ": still here\n\n"
            case .delivered(.missed(let count), let next):
                iterator = next
                return "event: missed\ndata: {\"missed\":\(count.map(String.init) ?? "null")}\n\n"
            case .delivered(.event(let event), let next):
                iterator = next
                guard kinds.isEmpty || kinds.contains(event.kind) else { return "" }
                return "id: \(event.id)\nevent: \(event.kind.rawValue)\ndata: \(event.json)\n\n"
            }
        }

        /// Whatever comes first. A delivery that comes at the same moment as something else is not lost.
        private func outcome() async -> Outcome {
            await withTaskGroup(of: Outcome.self) { [iterator, heartbeat] group in
                group.addTask {
                    var iterator = iterator
                    return .delivered(await iterator.next(), iterator)
                }
                group.addTask {
                    try? await Task.sleep(for: heartbeat)
                    return .quiet
                }
                group.addTask {
                    do {
                        try await gracefulShutdown()
                        return .shuttingDown
                    } catch {
                        return .quiet
                    }
                }
                var first = await group.next() ?? .shuttingDown
                group.cancelAll()
                for await other in group {
                    if case .quiet = first, case .delivered(.some, _) = other { first = other }
                }
                return first
            }
        }
    }
}
