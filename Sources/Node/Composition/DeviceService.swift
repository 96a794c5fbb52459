import AdminAPI
import Foundation
import Logging
import MQTTBroker
import MQTTCodec
import Reactors
import ServiceLifecycle
import Synchronization
import TLSGateway

/// Gateway, broker and reactors as one service: listens, and goes in good order when the node is told to.
final class DeviceService: Service {
    private enum Phase {
        case starting, serving, draining
    }

    private let gateway: Gateway
    private let broker: Broker
    private let reactors: ReactorGroup
    private let shutdown: ShutdownSettings
    private let logger: Logger
    private let phase = Mutex(Phase.starting)

    init(gateway: Gateway, broker: Broker, reactors: ReactorGroup, shutdown: ShutdownSettings, logger: Logger) {
        self.gateway = gateway
        self.broker = broker
        self.reactors = reactors
        self.shutdown = shutdown
        self.logger = logger
    }

    func run() async throws {
        try reactors.start()
        do {
            try gateway.start()
        } catch {
            reactors.stop()
            throw error
        }
        for endpoint in gateway.endpoints {
            logger.info(
                "listening",
                metadata: [
                    "access_point": "\(endpoint.accessPoint)", "protocol": "\(endpoint.protocol.rawValue)",
                    "address": "\(endpoint.address)",
                ]
            )
        }
        phase.withLock { $0 = .serving }
        try? await gracefulShutdown()
        phase.withLock { $0 = .draining }
        logger.info("shutting down", metadata: ["clients": "\(broker.statistics.connected)"])
        // Load balancers see /readyz turn red while devices are still served.
        if shutdown.drainDelay > .zero { try? await Task.sleep(for: shutdown.drainDelay) }
        let end = ContinuousClock.now.advanced(by: shutdown.deadline)
        gateway.drain()
        await drainBroker(until: end)
        await reactors.drain(within: max(.zero, ContinuousClock.now.duration(to: end)))
        logger.info("shut down")
    }

    /// Has the broker say goodbye to its clients, and waits until they have gone or time is up: the broker allows a client
    /// that does not read its own time, which may be longer.
    private func drainBroker(until end: ContinuousClock.Instant) async {
        let (ended, continuation) = AsyncStream<Never>.makeStream()
        Task { [broker] in
            await broker.drain(reason: .serverShuttingDown)
            continuation.finish()
        }
        let limit = Task {
            try? await Task.sleep(until: end)
            continuation.finish()
        }
        for await _ in ended {}
        limit.cancel()
    }

    /// Whether devices are served, and if not, why.
    var readiness: Readiness.Check {
        let problem: String? =
            switch phase.withLock({ $0 }) {
            case .starting: "not listening yet"
            case .serving: nil
            case .draining: "shutting down"
            }
        return Readiness.Check(name: "listeners", problem: problem)
    }
}
