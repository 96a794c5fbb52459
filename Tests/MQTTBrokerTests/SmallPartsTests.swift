import MQTTCodec
import Testing

@testable import MQTTBroker

@Suite struct RingBufferTests {
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `behaves as an array does`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ring = RingBuffer<String>()
        var model: [String] = []
        for round in 0..<2000 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0..<2:
                ring.append("\(round)")
                model.append("\(round)")
            case 2:
                #expect(ring.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            case 3 where !model.isEmpty:
                let index = Int.random(in: 0..<model.count, using: &random)
                #expect(ring.remove(at: index) == model.remove(at: index))
            default:
                guard !model.isEmpty else { continue }
                let index = Int.random(in: 0..<model.count, using: &random)
                ring[index] = "\(round)"
                model[index] = "\(round)"
            }
            #expect(ring.count == model.count)
            for index in model.indices { #expect(ring[index] == model[index]) }
        }
    }
}

@Suite struct ProbeTableTests {
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `finds what is in it and nothing else, with tags that collide`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = ProbeTable()
        var model: [UInt32: UInt32] = [:]
        for _ in 0..<5000 {
            let number = UInt32.random(in: 1...300, using: &random)
            let tag = number % 37 &* 0x1000_0001
            if model[number] == nil {
                table.insert(tag: tag, number: number)
                model[number] = tag
            } else if Bool.random(using: &random) {
                table.remove(tag: tag, number: number)
                model[number] = nil
            }
            let probe = UInt32.random(in: 1...300, using: &random)
            let found = table.find(tag: probe % 37 &* 0x1000_0001) { $0 == probe }
            #expect(found == (model[probe] == nil ? 0 : probe))
        }
        #expect(table.count == model.count)
    }
}

@Suite struct InboundWindowTests {
    @Test func `a QoS 2 message is new once, until it is released`() {
        var window = InboundWindow()
        #expect(window.verdict(qos: .exactlyOnce, packetID: 7, limit: 2) == .new)
        window.accept(7)
        #expect(window.verdict(qos: .exactlyOnce, packetID: 7, limit: 2) == .repeated)
        #expect(window.release(7) == true)
        #expect(window.release(7) == false)
        #expect(window.verdict(qos: .exactlyOnce, packetID: 7, limit: 2) == .new)
    }

    @Test func `more than the limit are too many, repetitions are not`() {
        var window = InboundWindow()
        window.accept(9)
        window.accept(3)
        #expect(window.verdict(qos: .exactlyOnce, packetID: 4, limit: 2) == .exceedsReceiveMaximum)
        #expect(window.verdict(qos: .atLeastOnce, packetID: 4, limit: 2) == .exceedsReceiveMaximum)
        #expect(window.verdict(qos: .exactlyOnce, packetID: 3, limit: 2) == .repeated)
    }
}

@Suite struct TopicAliasTests {
    @Test func `a topic gets a number at its first use and is replaced by it from then on`() {
        var aliases = OutboundAliases(limit: 1)
        #expect(aliases.useTest("some/topic") == "1 beside")
        #expect(aliases.useTest("some/topic") == "1 alone")
        #expect(aliases.useTest("other/topic") == "none")
    }

    @Test func `a short topic gets none`() {
        var aliases = OutboundAliases(limit: 1)
        #expect(aliases.useTest("abc") == "none")
    }

    @Test func `a client's number means the topic it was last given`() {
        var aliases = InboundAliases()
        #expect(aliases.topic(3) == nil)
        for topic in ["a", "b"] { Array(topic.utf8).withUnsafeBytes { aliases.set(3, $0) } }
        #expect(aliases.topic(3) == ContiguousArray("b".utf8))
        #expect(aliases.topic(2) == nil)
    }
}

extension OutboundAliases {
    fileprivate mutating func useTest(_ topic: String) -> String {
        let use = Array(topic.utf8).withUnsafeBytes { self.use($0) }
        return use.alias == 0 ? "none" : "\(use.alias) \(use.omitsTopic ? "alone" : "beside")"
    }
}
