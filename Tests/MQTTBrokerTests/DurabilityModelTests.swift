import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

/// Random clients, a disk that is busy now and then, event loops that lag, and power cuts: what was acknowledged arrives,
/// what is QoS 2 arrives once.
@Suite struct DurabilityModelTests {
    private static let topics = ["t/0", "t/1", "t/2"]
    private static let steps = 1500

    /// One run: the clients and what they published.
    private final class Run {
        var random: SeededGenerator
        let durable: DurableBench
        let clients = (0..<5).map { ModelClient("c\($0)") }
        /// What each client subscribed to, with which QoS.
        let filters: [[(filter: String, qos: QoS)]]
        var published: [(text: String, topic: String, qos: QoS)] = []
        let shards: Int

        init(seed: UInt64, shards: Int, delay: Duration) throws {
            random = SeededGenerator(seed: seed)
            self.shards = shards
            durable = try DurableBench(shards: shards) { $0.collectionDelay = delay }
            filters = clients.indices.map { index in
                index == 0
                    ? [("t/+", .exactlyOnce)] : [(topics[index % 3], index % 2 == 0 ? .exactlyOnce : .atLeastOnce)]
            }
            for (client, filters) in zip(clients, filters) {
                try client.connect(to: durable)
                for (filter, qos) in filters {
                    try client.device?.subscribe(TopicFilter(filter), qos: qos)
                }
            }
        }

        func step(_ number: Int) throws {
            let client = clients[Int.random(in: 0..<clients.count, using: &random)]
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<30:
                let topic = topics[Int.random(in: 0..<topics.count, using: &random)]
                let qos: QoS = Bool.random(using: &random) ? .exactlyOnce : .atLeastOnce
                guard client.device != nil else { return }
                published.append(("\(number)", topic, qos))
                try client.publish(topic, "\(number)", qos: qos)
            case 30..<68: try client.answer(Int.random(in: 0...4, using: &random))
            case 68..<70: client.vanish()
            case 70..<84: if client.device == nil { try client.connect(to: durable) }
            case 84..<89:
                durable.bench.isDiskBusy = Int.random(in: 0..<3, using: &random) == 0
                durable.bench.run()
            case 89..<93:
                let isStalled = Int.random(in: 0..<3, using: &random) == 0
                durable.bench.isStalled = isStalled ? [Int.random(in: 0..<shards, using: &random)] : []
                durable.bench.run()
            case 93..<99: durable.bench.advance(by: .milliseconds(Int.random(in: 0...120, using: &random)))
            default: try crash()
            }
        }

        func crash() throws {
            try durable.crash()
            for client in clients { client.vanish() }
        }

        /// Lets everybody finish.
        func finish() throws {
            durable.bench.isDiskBusy = false
            durable.bench.isStalled = []
            durable.bench.run()
            for client in clients { try client.connect(to: durable) }
            for _ in 0..<60 {
                durable.bench.advance(by: .milliseconds(5))
                for client in clients { try client.answer(.max) }
            }
            durable.settle()
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>, [1, 3])
    func `nothing acknowledged is lost, and no QoS 2 message comes twice`(seed: UInt64, shards: Int) throws {
        let run = try Run(seed: seed, shards: shards, delay: seed % 2 == 0 ? .zero : .milliseconds(1))
        for number in 0..<Self.steps { try run.step(number) }
        try run.finish()
        for client in run.clients { #expect(client.isQuiet, "\(client.name) has open exchanges") }
        let acknowledged = run.clients.reduce(into: Set<String>()) { $0.formUnion($1.acknowledged) }
        #expect(acknowledged.count > Self.steps / 15)
        for message in run.published {
            for (client, filters) in zip(run.clients, run.filters) {
                for (filter, qos) in filters where NaiveMatcher.matches(filter: filter, topic: message.topic) {
                    let count = client.taken.filter { $0 == message.text }.count
                    let what = "message \(message.text) of \(message.qos) to \(client.name) with \(qos)"
                    if acknowledged.contains(message.text) { #expect(count > 0, "lost: \(what)") }
                    if message.qos == .exactlyOnce, qos == .exactlyOnce { #expect(count <= 1, "twice: \(what)") }
                }
            }
        }
        #expect(run.durable.store.rows.loose == [])
        #expect(run.durable.store.rows.deliveries.isEmpty)
        #expect(run.durable.store.rows.inbound.isEmpty)
        #expect(run.durable.store.rows.messages.isEmpty)
        #expect(run.durable.bench.broker.storageStatistics?.pendingBytes == 0)
    }
}
