import MQTTCodec
import Reactors
import Testing

@testable import MQTTBroker

@Suite struct OutboundQueueTests {
    private static let limits = QueueLimits(messages: 3, bytes: 1000, rule: .dropNew)

    @Test func `sends at once while the window is open, then queues`() {
        var queue = OutboundQueue()
        queue.connected(window: 2)
        #expect(queue.offerTest("1") == .send(packetID: 1))
        #expect(queue.offerTest("2") == .send(packetID: 2))
        #expect(queue.offerTest("3") == .queued(dropped: 0))
        #expect(queue.sendNext() == nil)
        #expect(queue.puback(1) == .completed)
        #expect(queue.sendNext() == "3#3")
    }

    @Test func `messages in flight count towards the bound on bytes, but for a single one`() {
        var queue = OutboundQueue()
        queue.connected(window: 10)
        let limits = QueueLimits(messages: 10, bytes: 250, rule: .dropNew)
        let large = String(repeating: "x", count: 300)
        #expect(queue.offerTest(large, limits: limits) == .send(packetID: 1))
        #expect(queue.offerTest("2", limits: limits) == .refused)
        #expect(queue.puback(1) == .completed)
        let half = String(repeating: "x", count: 100)
        #expect(queue.offerTest(half, limits: limits) == .send(packetID: 2))
        #expect(queue.offerTest(half, limits: limits) == .send(packetID: 3))
        #expect(queue.offerTest(half, limits: limits) == .refused)
    }

    @Test func `a message never overtakes those that wait`() {
        var queue = OutboundQueue()
        queue.connected(window: 1)
        _ = queue.offerTest("1")
        _ = queue.offerTest("2")
        _ = queue.puback(1)
        #expect(queue.offerTest("3") == .queued(dropped: 0))
        #expect(queue.sendNext() == "2#2")
    }

    @Test func `acknowledgements may come in any order`() {
        var queue = OutboundQueue()
        queue.connected(window: 5)
        for number in 1...5 { _ = queue.offerTest("\(number)") }
        for packetID in [3, 1, 5, 2, 4] as [UInt16] { #expect(queue.puback(packetID) == .completed) }
        #expect(queue.puback(3) == .unknown)
        #expect(queue.isEmpty == true)
        #expect(queue.byteCount == 0)
    }

    // [MQTT-4.3.3-4]
    @Test func `a QoS 2 exchange takes its three steps in order`() {
        var queue = OutboundQueue()
        queue.connected(window: 1)
        _ = queue.offerTest("1", qos: .exactlyOnce)
        #expect(queue.puback(1) == .unknown)
        #expect(queue.pubcomp(1) == .unknown)
        #expect(queue.pubrec(1, isFailure: false) == .release)
        #expect(queue.pubrec(1, isFailure: false) == .release)
        #expect(queue.offerTest("2") == .queued(dropped: 0))
        #expect(queue.pubcomp(1) == .completed)
        #expect(queue.sendNext() == "2#2")
    }

    // [MQTT-4.4.0-2]
    @Test func `a PUBREC that fails ends the exchange`() {
        var queue = OutboundQueue()
        queue.connected(window: 1)
        _ = queue.offerTest("1", qos: .exactlyOnce)
        #expect(queue.pubrec(1, isFailure: true) == .completed)
        #expect(queue.isEmpty == true)
    }

    @Test func `a new connection gets everything in flight again, in order, under its identifiers`() {
        var queue = OutboundQueue()
        queue.connected(window: 4)
        _ = queue.offerTest("1")
        _ = queue.offerTest("2", qos: .exactlyOnce)
        _ = queue.offerTest("3", qos: .exactlyOnce)
        _ = queue.pubrec(2, isFailure: false)
        queue.disconnected()
        #expect(queue.offerTest("4") == .queued(dropped: 0))
        queue.connected(window: 4)
        #expect(queue.sendAll() == ["1#1 dup", "pubrel#2", "3#3 dup", "4#4"])
    }

    @Test func `a smaller window of a new connection holds for what is sent again`() {
        var queue = OutboundQueue()
        queue.connected(window: 3)
        for number in 1...3 { _ = queue.offerTest("\(number)") }
        queue.disconnected()
        queue.connected(window: 1)
        #expect(queue.sendAll() == ["1#1 dup"])
        _ = queue.puback(1)
        #expect(queue.sendAll() == ["2#2 dup"])
        #expect(queue.offerTest("4") == .queued(dropped: 0))
    }

    // [MQTT-2.2.1-4] [MQTT-4.3.2-1] [MQTT-4.3.3-1]
    @Test func `identifiers go round and pass none that is in use`() {
        var queue = OutboundQueue()
        queue.connected(window: 10)
        _ = queue.offerTest("first")
        for packetID in 2...65_535 as ClosedRange<UInt16> {
            #expect(queue.offerTest("x") == .send(packetID: packetID))
            #expect(queue.puback(packetID) == .completed)
        }
        #expect(queue.offerTest("held") == .queued(dropped: 0))
        #expect(queue.puback(1) == .completed)
        #expect(queue.sendNext() == "held#1")
    }

    @Test(arguments: [
        (QueueFullRule.dropNew, OutboundQueue.Offer.refused, ["1#1", "2#2", "3#3"]),
        (.dropOld, .queued(dropped: 1), ["2#1", "3#2", "4#3"]),
    ])
    func `a full queue drops by its rule`(rule: QueueFullRule, offer: OutboundQueue.Offer, left: [String]) {
        var queue = OutboundQueue()
        let limits = QueueLimits(messages: 3, bytes: 1000, rule: rule)
        for number in 1...3 { _ = queue.offerTest("\(number)", limits: limits) }
        #expect(queue.offerTest("4", limits: limits) == offer)
        queue.connected(window: 10)
        #expect(queue.sendAll() == left)
    }

    @Test(arguments: QueueFullRule.allCases)
    func `the oldest QoS 0 message is the first to go`(rule: QueueFullRule) {
        var queue = OutboundQueue()
        let limits = QueueLimits(messages: 3, bytes: 1000, rule: rule)
        _ = queue.offerTest("1", limits: limits)
        _ = queue.offerTest("zero", qos: .atMostOnce, limits: limits)
        _ = queue.offerTest("2", limits: limits)
        #expect(queue.offerTest("3", limits: limits) == .queued(dropped: 1))
        queue.connected(window: 10)
        #expect(queue.sendAll() == ["1#1", "2#2", "3#3"])
    }

    @Test func `the bound on bytes counts what is in flight`() {
        var queue = OutboundQueue()
        let limits = QueueLimits(messages: 100, bytes: 250, rule: .dropNew)
        queue.connected(window: 1)
        let hundred = String(repeating: "x", count: 99)
        #expect(queue.offerTest(hundred, limits: limits) == .send(packetID: 1))
        #expect(queue.offerTest(hundred, limits: limits) == .queued(dropped: 0))
        #expect(queue.offerTest(hundred, limits: limits) == .refused)
        #expect(queue.byteCount == 200)
    }

    @Test func `nothing goes in vain for a message that does not fit anyway`() {
        var queue = OutboundQueue()
        let limits = QueueLimits(messages: 100, bytes: 250, rule: .dropOld)
        queue.connected(window: 1)
        let hundred = String(repeating: "x", count: 99)
        for _ in 0..<2 { _ = queue.offerTest(hundred, limits: limits) }
        #expect(queue.offerTest(hundred + hundred, limits: limits) == .refused)
        #expect(queue.waitingCount == 1)
    }

    @Test func `what ran out while waiting is not sent`() {
        var queue = OutboundQueue()
        let start = MonotonicTime(nanoseconds: 0)
        _ = queue.offer(
            Delivery(message: .test("t", "old", expiry: 5), terms: DeliveryTerms(qos: .atLeastOnce)),
            writable: false,
            limits: Self.limits
        )
        _ = queue.offerTest("new")
        queue.connected(window: 10)
        var expired = 0
        let next = queue.next(at: start.advanced(by: .seconds(5)), expired: &expired)
        #expect(next?.text == "new#1")
        #expect(expired == 1)
    }

    @Test func `at the end QoS 1 and unsent messages of a group are orphans, sent QoS 2 ones are not`() {
        var queue = OutboundQueue()
        let group = SharedGroupID(number: 1, generation: 1)
        queue.connected(window: 2)
        _ = queue.offerTest("one", group: group)
        _ = queue.offerTest("two", qos: .exactlyOnce, group: group)
        _ = queue.offerTest("waits", qos: .exactlyOnce, group: group)
        _ = queue.offerTest("own")
        var orphans: [String] = []
        let lost = queue.removeAll { orphans.append($0.message.payloadForTest) }
        #expect(orphans == ["one", "waits"])
        #expect(lost == 2)
        #expect(queue.byteCount == 0)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `loses, repeats and reorders nothing, whatever comes between`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = OutboundQueue()
        let limits = QueueLimits(messages: .max, bytes: .max, rule: .dropNew)
        var offered = 0
        var completed: Set<Int> = []
        var open: [UInt16: (number: Int, qos: QoS, released: Bool)] = [:]
        var lastFresh = -1
        func saw(_ text: String) {
            guard let mark = text.firstIndex(of: "#") else { return }
            let packetID = UInt16(text[text.index(after: mark)...].prefix { $0 != " " }) ?? 0
            guard !text.hasPrefix("pubrel") else { return }
            let number = Int(text[..<mark]) ?? -1
            if text.hasSuffix("dup") {
                #expect(open[packetID]?.number == number)
            } else {
                #expect(open[packetID] == nil && number == lastFresh + 1)
                lastFresh = number
                open[packetID] = (number, number % 2 == 0 ? .atLeastOnce : .exactlyOnce, false)
            }
        }
        for _ in 0..<3000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let qos: QoS = offered % 2 == 0 ? .atLeastOnce : .exactlyOnce
                let offer = queue.offerTest(
                    "\(offered)",
                    qos: qos,
                    writable: Bool.random(using: &random),
                    limits: limits
                )
                if case .send(let packetID) = offer { saw("\(offered)#\(packetID)") }
                offered += 1
            case 4..<8:
                guard let (packetID, entry) = open.randomElement(using: &random) else { continue }
                if entry.qos == .atLeastOnce {
                    #expect(queue.puback(packetID) == .completed)
                } else if !entry.released {
                    #expect(queue.pubrec(packetID, isFailure: false) == .release)
                    open[packetID]?.released = true
                    continue
                } else {
                    #expect(queue.pubcomp(packetID) == .completed)
                }
                #expect(completed.insert(entry.number).inserted)
                open[packetID] = nil
            case 8:
                while let text = queue.sendNext() { saw(text) }
            default:
                queue.disconnected()
                queue.connected(window: Int.random(in: 1...20, using: &random))
            }
        }
        queue.disconnected()
        queue.connected(window: 50)
        for _ in 0..<10_000 where !queue.isEmpty {
            while let text = queue.sendNext() { saw(text) }
            for (packetID, entry) in open {
                if entry.qos == .exactlyOnce, !entry.released { _ = queue.pubrec(packetID, isFailure: false) }
                _ = entry.qos == .exactlyOnce ? queue.pubcomp(packetID) : queue.puback(packetID)
                completed.insert(entry.number)
                open[packetID] = nil
            }
        }
        #expect(completed == Set(0..<offered))
        #expect(queue.byteCount == 0)
    }
}

extension OutboundQueue {
    fileprivate mutating func offerTest(
        _ payload: String,
        qos: QoS = .atLeastOnce,
        group: SharedGroupID = .none,
        writable: Bool = true,
        limits: QueueLimits = QueueLimits(messages: 100, bytes: 10_000, rule: .dropNew)
    ) -> Offer {
        offer(
            Delivery(message: .test("t", payload), terms: DeliveryTerms(qos: qos, group: group)),
            writable: writable,
            limits: limits
        )
    }

    fileprivate mutating func sendNext() -> String? {
        var expired = 0
        return next(at: MonotonicTime(nanoseconds: 0), expired: &expired)?.text
    }

    fileprivate mutating func sendAll() -> [String] {
        var all: [String] = []
        while let text = sendNext() { all.append(text) }
        return all
    }
}

extension OutboundQueue.Next {
    fileprivate var text: String {
        switch self {
        case .pubrel(let packetID): "pubrel#\(packetID)"
        case .publish(let delivery, let packetID, let duplicate):
            "\(delivery.message.payloadForTest)#\(packetID)\(duplicate ? " dup" : "")"
        }
    }
}
