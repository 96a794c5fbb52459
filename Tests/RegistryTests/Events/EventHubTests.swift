import Foundation
import Testing

@testable import Registry

@Suite struct EventHubTests {
    private let hub = EventHub(startedAt: noon, capacity: 4)

    @Test func `gives every reader every event in order`() async throws {
        var readers = [hub.subscribe().makeAsyncIterator(), hub.subscribe().makeAsyncIterator()]
        let events = publish(3)
        for index in readers.indices {
            for event in events { #expect(await readers[index].next() == .event(event)) }
        }
    }

    @Test func `gives a reader nothing from before it came`() async throws {
        publish(2)
        var reader = hub.subscribe().makeAsyncIterator()
        let event = try #require(publish(1).first)
        #expect(await reader.next() == .event(event))
    }

    @Test func `tells a slow reader how many it lost, and goes on with the oldest kept`() async throws {
        var reader = hub.subscribe().makeAsyncIterator()
        let events = publish(10)
        #expect(await reader.next() == .missed(6))
        for event in events.suffix(4) { #expect(await reader.next() == .event(event)) }
    }

    @Test func `keeps no more bytes than it may, and always the newest`() async throws {
        let hub = EventHub(startedAt: noon, capacity: 100, byteLimit: 10_000)
        var reader = hub.subscribe().makeAsyncIterator()
        func publish(_ names: Int) throws -> ClusterEvent {
            let names = try (0..<names).map { try DomainName("\($0).names-of-some-length.example.test") }
            return hub.publish(
                .serverCertificateChanged(at: noon, slot: .default, change: "bound", fingerprint: nil, names: names)
            )
        }
        for number in 0..<300 { _ = try publish(number % 5) }
        let kept = hub.recent(.max)
        #expect((2...100).contains(kept.count))
        #expect(kept.reduce(0) { $0 + $1.size } <= 10_000)
        #expect(zip(kept, kept.dropFirst()).allSatisfy { $0.id + 1 == $1.id })
        #expect(await reader.next() == .missed(UInt64(300 - kept.count)))
        #expect(await reader.next() == .event(try #require(kept.first)))
        let huge = try publish(1000)
        #expect(hub.recent(.max) == [huge])
        let next = try publish(1)
        #expect(hub.recent(.max) == [next])
    }

    @Test func `goes on after the event that a reader saw last`() async throws {
        let events = publish(4)
        var reader = hub.subscribe(after: events[1].id).makeAsyncIterator()
        #expect(await reader.next() == .event(events[2]))
        #expect(await reader.next() == .event(events[3]))
        var upToDate = hub.subscribe(after: events[3].id).makeAsyncIterator()
        let next = try #require(publish(1).first)
        #expect(await upToDate.next() == .event(next))
    }

    @Test func `tells how many came since an event that is not kept any more`() async throws {
        let events = publish(7)
        var reader = hub.subscribe(after: events[0].id).makeAsyncIterator()
        #expect(await reader.next() == .missed(2))
        #expect(await reader.next() == .event(events[3]))
    }

    @Test(arguments: [1, UInt64.max])
    func `says that it does not know, for an id of another run`(id: UInt64) async throws {
        let events = publish(2)
        var reader = hub.subscribe(after: id).makeAsyncIterator()
        #expect(await reader.next() == .missed(nil))
        #expect(await reader.next() == .event(events[0]))
    }

    @Test func `goes on with ids that are larger than those of the run before`() throws {
        let earlier = try #require(publish(1).first)
        let later = EventHub(startedAt: noon + 1).publish(event(0))
        #expect(later.id > earlier.id)
        // Exact in a JSON number (RFC 7493 § 2.2).
        #expect(later.id < 1 << 53)
    }

    @Test func `wakes a reader that waits`() async throws {
        let subscription = hub.subscribe()
        let reader = Task { await Self.first(of: subscription) }
        await untilSomebodyWaits()
        let event = try #require(publish(1).first)
        #expect(await reader.value == .event(event))
    }

    @Test func `ends every reader when it finishes, after what is there`() async throws {
        let subscription = hub.subscribe()
        let events = publish(2)
        hub.finish()
        var seen: [EventDelivery] = []
        for await delivery in subscription { seen.append(delivery) }
        #expect(seen == events.map(EventDelivery.event))
    }

    @Test func `ends a reader that waits when it finishes`() async throws {
        let subscription = hub.subscribe()
        let reader = Task { await Self.first(of: subscription) }
        await untilSomebodyWaits()
        hub.finish()
        #expect(await reader.value == nil)
    }

    @Test func `lets go of a reader that is cancelled`() async throws {
        let subscription = hub.subscribe()
        let reader = Task { await Self.first(of: subscription) }
        await untilSomebodyWaits()
        reader.cancel()
        #expect(await reader.value == nil)
        #expect(hub.waitingReaders == 0)
    }

    @Test func `loses nothing between many writers and a reader`() async throws {
        let hub = EventHub(startedAt: noon, capacity: 4_000)
        let subscription = hub.subscribe()
        await withTaskGroup { group in
            for writer in 0..<4 {
                group.addTask { for number in 0..<1_000 { hub.publish(event(writer * 1_000 + number)) } }
            }
        }
        hub.finish()
        var ids: [UInt64] = []
        for await case .event(let event) in subscription { ids.append(event.id) }
        #expect(ids.count == 4_000)
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 + 1 == $1 })
    }

    @Test func `shows the last events`() {
        let events = publish(6)
        #expect(hub.recent(2) == events.suffix(2))
        #expect(hub.recent(100) == events.suffix(4))
    }

    private static func first(of subscription: EventSubscription) async -> EventDelivery? {
        var iterator = subscription.makeAsyncIterator()
        return await iterator.next()
    }

    private func untilSomebodyWaits() async {
        while hub.waitingReaders == 0 { await Task.yield() }
    }

    @discardableResult
    private func publish(_ count: Int) -> [ClusterEvent] {
        (0..<count).map { hub.publish(event($0)) }
    }
}

private func event(_ number: Int) -> ClusterEventDraft {
    .clientDisconnected(at: noon, clientID: "pump-\(number)", reason: "disconnect", accessPoint: nil, seconds: number)
}
