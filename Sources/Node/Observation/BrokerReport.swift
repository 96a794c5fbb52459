import Foundation
import MQTTBroker
import Reactors
import Synchronization
import TLSGateway

/// Has the broker say on `$SYS/broker/…` how it is; everything is computed here, off the event loops.
final class BrokerReport: Sendable {
    private let broker: Broker
    private let gateway: Gateway
    private let topics: Mutex<SystemTopics>

    /// A report that counts its time from now on.
    init(_ broker: Broker, _ gateway: Gateway) {
        self.broker = broker
        self.gateway = gateway
        topics = Mutex(SystemTopics(version: "sluice version \(SluiceVersion.current)", start: .now()))
    }

    /// Publishes what is new.
    @Sendable func publish() async {
        let sample = SystemSample(
            statistics: broker.statistics,
            sockets: UInt64(clamping: gateway.statistics.accessPoints.map(\.accepted).reduce(0, +)),
            heapBytes: Self.ownBytes,
            time: .now()
        )
        broker.publish(topics.withLock { $0.update(sample) })
    }

    /// Bytes of resident memory that belong to no file: what is on the heap, give or take the stacks. proc(5) `statm`
    private static var ownBytes: UInt64? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let pages = text.split(separator: " ").compactMap { UInt64($0) }
        guard pages.count > 2, pages[1] >= pages[2] else { return nil }
        return (pages[1] - pages[2]) * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
