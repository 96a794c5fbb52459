import MQTTCodec
import Testing

@testable import MQTTBroker

@Suite struct SubscriptionTreeTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `matches what the standard's rules match, through changes`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tree = SubscriptionTree(hash: KeyedHash(key: seed))
        var lists = [SubscriptionList](repeating: SubscriptionList(), count: 8)
        var model = Set<Held>()
        for _ in 0..<400 {
            let held = Held(session: Int.random(in: 0..<8, using: &random), filter: random.filter())
            if Int.random(in: 0..<3, using: &random) > 0 {
                let isNew = tree.subscribe(held.filter, Self.handle(held.session), in: &lists[held.session])
                #expect(isNew == model.insert(held).inserted)
            } else {
                let existed = tree.unsubscribe(held.filter, Self.handle(held.session), in: &lists[held.session])
                #expect(existed == (model.remove(held) != nil))
            }
            let topic = random.topic()
            let expected = model.filter { NaiveMatcher.matches(filter: $0.filter, topic: topic) }
            #expect(tree.sessions(matching: topic) == expected.map { UInt32($0.session + 1) }.sorted())
        }
        #expect(tree.count == model.count)
        for index in lists.indices { tree.removeAll(of: &lists[index]) }
        #expect(tree.isEmpty == true)
    }

    @Test func `a filter of a session is one subscription, the last options hold`() {
        var tree = SubscriptionTree(hash: KeyedHash())
        var list = SubscriptionList()
        _ = tree.subscribe("a/b", Self.handle(0), qos: .atMostOnce, in: &list)
        let isNew = tree.subscribe("a/b", Self.handle(0), qos: .exactlyOnce, in: &list)
        #expect(!isNew)
        #expect(list.count == 1)
        #expect(tree.qualities(matching: "a/b") == [.exactlyOnce])
    }

    @Test func `shared and plain subscriptions to one filter are two`() {
        var tree = SubscriptionTree(hash: KeyedHash())
        var list = SubscriptionList()
        _ = tree.subscribe("a", Self.handle(0), in: &list)
        _ = tree.subscribe("a", group: "g", Self.handle(0), in: &list)
        #expect(list.count == 2)
        #expect(list.sharedCount == 1)
        #expect(tree.sessions(matching: "a") == [1])
        #expect(tree.groups(matching: "a").map(\.members.count) == [1])
    }

    @Test func `the last member's leaving ends a group and its id`() throws {
        var tree = SubscriptionTree(hash: KeyedHash())
        var lists = [SubscriptionList(), SubscriptionList()]
        _ = tree.subscribe("a", group: "g", Self.handle(0), in: &lists[0])
        _ = tree.subscribe("a", group: "g", Self.handle(1), in: &lists[1])
        let id = try #require(tree.groups(matching: "a").first).group
        tree.removeAll(of: &lists[0])
        #expect(tree.sharedMatch(id)?.members.map(\.session) == [Self.handle(1)])
        tree.removeAll(of: &lists[1])
        #expect(tree.sharedMatch(id) == nil)
        #expect(tree.isEmpty == true)
    }

    @Test func `connected members of a group come first`() throws {
        var tree = SubscriptionTree(hash: KeyedHash())
        var lists = [SubscriptionList(), SubscriptionList(), SubscriptionList()]
        for index in 0..<3 { _ = tree.subscribe("a", group: "g", Self.handle(index), in: &lists[index]) }
        tree.setOnline(false, of: lists[0])
        tree.setOnline(false, of: lists[2])
        let match = try #require(tree.groups(matching: "a").first)
        #expect(match.onlineCount == 1)
        #expect(match.members.first?.session == Self.handle(1))
    }

    private struct Held: Hashable {
        var session: Int
        var filter: String
    }

    static func handle(_ index: Int) -> SessionHandle {
        SessionHandle(slot: UInt32(index + 1), generation: 1, shard: 0)
    }
}

extension SubscriptionTree {
    mutating func subscribe(
        _ filter: String,
        group: String? = nil,
        _ session: SessionHandle,
        qos: QoS = .atMostOnce,
        in list: inout SubscriptionList
    ) -> Bool {
        Array(filter.utf8).withUnsafeBytes { filter in
            guard let group else {
                return subscribe(
                    filter: filter,
                    session: session,
                    options: DeliveryOptions(qos: qos),
                    identifier: 0,
                    in: &list
                )
            }
            return Array(group.utf8).withUnsafeBytes {
                subscribe(
                    filter: filter,
                    group: $0,
                    session: session,
                    options: DeliveryOptions(qos: qos),
                    identifier: 0,
                    in: &list
                )
            }
        }
    }

    mutating func unsubscribe(_ filter: String, _ session: SessionHandle, in list: inout SubscriptionList) -> Bool {
        Array(filter.utf8).withUnsafeBytes { unsubscribe(filter: $0, session: session, in: &list) }
    }

    /// The slots of the sessions whose subscriptions match, sorted; one for each subscription.
    func sessions(matching topic: String) -> [UInt32] {
        entries(matching: topic).map(\.session.slot).sorted()
    }

    func qualities(matching topic: String) -> [QoS] {
        entries(matching: topic).map(\.options.qos)
    }

    func groups(matching topic: String) -> [SharedMatch] {
        var found: [SharedMatch] = []
        visit(topic) { node in
            var group = node.firstGroup
            while group != 0 {
                found.append(sharedMatch(group))
                group = groups[group].pointee.nextOfNode
            }
        }
        return found
    }

    private func entries(matching topic: String) -> [SubscriptionEntry] {
        var found: [SubscriptionEntry] = []
        visit(topic) { node in
            var number = node.firstSubscription
            while number != 0 {
                found.append(subscriptions[number].pointee)
                number = subscriptions[number].pointee.next
            }
        }
        return found
    }

    private func visit(_ topic: String, _ body: (SubscriptionNode) -> Void) {
        var room = ContiguousArray<UInt32>()
        Array(topic.utf8).withUnsafeBytes { match($0, levelNumbers: &room) { body($0.pointee) } }
    }

    /// Whether nothing is left but the root.
    var isEmpty: Bool {
        count == 0 && nodes.count == 1 && edges.count == 0 && groups.count == 0 && levels.count == 0
    }
}
