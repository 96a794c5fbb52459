import MQTTCodec
import Reactors
import Testing

@testable import MQTTBroker

@Suite struct RetainedTreeTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `gives what the standard's rules match, through changes`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tree = RetainedTree(hash: KeyedHash(key: seed))
        var model: [String: String] = [:]
        for round in 0..<400 {
            let topic = random.topic()
            if Int.random(in: 0..<3, using: &random) > 0 {
                model[topic] = "\(round)"
                tree.set(.test(topic, "\(round)"))
            } else {
                model[topic] = nil
                tree.remove(topic)
            }
            let filter = random.filter()
            let expected = model.filter { NaiveMatcher.matches(filter: filter, topic: $0.key) }
            #expect(tree.payloads(matching: filter) == expected.values.sorted())
        }
        #expect(tree.count == model.count)
        for topic in model.keys { tree.remove(topic) }
        #expect(tree.count == 0)
        #expect(tree.byteCount == 0)
        #expect(tree.isEmpty == true)
    }

    @Test func `an expired message is passed by, and swept away`() {
        var tree = RetainedTree(hash: KeyedHash())
        let start = MonotonicTime(nanoseconds: 0)
        tree.set(.test("a/b", "x", expiry: 10, arrival: start))
        #expect(tree.payloads(matching: "#", at: start.advanced(by: .seconds(9))) == ["x"])
        #expect(tree.payloads(matching: "#", at: start.advanced(by: .seconds(10))) == [])
        tree.sweep(slots: 100, at: start.advanced(by: .seconds(9)))
        #expect(tree.count == 1)
        tree.sweep(slots: 100, at: start.advanced(by: .seconds(10)))
        #expect(tree.isEmpty == true)
    }

    @Test func `a store that is full keeps what it has, and still replaces`() {
        let store = RetainedStore(maximumCount: 2, maximumBytes: 1000)
        #expect(store.set(.test("a", "1")))
        #expect(store.set(.test("b", "1")))
        #expect(!store.set(.test("c", "1")))
        #expect(store.set(.test("b", "2")))
        #expect(!store.set(.test("b", String(repeating: "x", count: 1000))))
        #expect(store.count == 2)
    }

    @Test func `the bound on bytes counts the way to a message, not the message alone`() {
        let store = RetainedStore(maximumCount: .max, maximumBytes: 100_000)
        var kept = 0
        while kept < 1000, store.set(.test("\(kept)/" + String(repeating: "a/", count: 100), "x")) { kept += 1 }
        #expect(kept < 50)
    }
}

extension Message {
    static func test(
        _ topic: String,
        _ payload: String,
        qos: QoS = .atLeastOnce,
        expiry: UInt32? = nil,
        arrival: MonotonicTime = MonotonicTime(nanoseconds: 0)
    ) -> Message {
        Array(topic.utf8).withUnsafeBytes { topic in
            Array(payload.utf8).withUnsafeBytes { payload in
                let source = PublishSource(
                    topic: topic,
                    properties: UnsafeRawBufferPointer(start: nil, count: 0),
                    expiryInterval: expiry,
                    payload: payload,
                    qos: qos,
                    retain: true
                )
                return .make(source, arrival: arrival)
            }
        }
    }

    var payloadForTest: String {
        withSource(at: MonotonicTime(nanoseconds: 0)) { String(decoding: $0.payload, as: UTF8.self) }
    }
}

extension RetainedTree {
    mutating func remove(_ topic: String) { Array(topic.utf8).withUnsafeBytes { remove($0) } }

    func payloads(matching filter: String, at now: MonotonicTime = MonotonicTime(nanoseconds: 0)) -> [String] {
        var found: [String] = []
        Array(filter.utf8).withUnsafeBytes { match($0, at: now) { found.append($0.payloadForTest) } }
        return found.sorted()
    }
}
