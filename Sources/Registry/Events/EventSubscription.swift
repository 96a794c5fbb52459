/// What a reader of events gets.
package enum EventDelivery: Hashable, Sendable {
    /// The next event.
    case event(ClusterEvent)
    /// So many events are gone before it read them; `nil`: some, nobody knows how many, because the id it came with is
    /// from before a restart.
    case missed(UInt64?)
}

/// One reader's events, in order. Ends when its task is cancelled or the hub has finished. Made to be read once.
package struct EventSubscription: AsyncSequence, Sendable {
    package typealias Element = EventDelivery
    package typealias Failure = Never

    private let hub: EventHub
    private let position: EventPosition

    init(hub: EventHub, position: EventPosition) {
        self.hub = hub
        self.position = position
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(hub: hub, position: position)
    }

    /// Reads on from where the reader stands.
    package struct Iterator: AsyncIteratorProtocol {
        private let hub: EventHub
        private var position: EventPosition

        init(hub: EventHub, position: EventPosition) {
            self.hub = hub
            self.position = position
        }

        /// The next delivery; waits for one.
        package mutating func next(isolation actor: isolated (any Actor)? = #isolation) async -> EventDelivery? {
            guard let (delivery, next) = await hub.next(from: position) else { return nil }
            position = next
            return delivery
        }

        /// The next delivery; waits for one.
        package mutating func next() async -> EventDelivery? {
            await next(isolation: nil)
        }
    }
}
