import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// A broker on threads of its own, listening on plain TCP at a free port of 127.0.0.1.
final class RunningBroker: Sendable {
    let broker: Broker
    let reactors: ReactorGroup
    let port: UInt16

    init(
        _ configuration: BrokerConfiguration = BrokerConfiguration(),
        shards: Int = 2,
        observer: (any BrokerObserver)? = nil,
        storage: BrokerStorage? = nil,
        admit: @escaping @Sendable (inout ClientProfile) -> Void = { _ in }
    ) throws {
        let reactors = try ReactorGroup(count: shards, name: "broker")
        let broker =
            try storage.map { storage in
                try Broker(
                    configuration: configuration.forTests,
                    reactors: reactors,
                    observer: observer,
                    storage: storage
                )
            } ?? Broker(configuration: configuration.forTests, reactors: reactors, observer: observer)
        let listener = try Listener(address: SocketAddress("127.0.0.1:0"), on: reactors) { socket, reactor in
            let peer = socket.peer
            let transport = PlainTransport(adopting: socket)
            Stream(transport: transport, peer: peer, on: reactor, handler: ConnectReader(broker, admit)).start()
        }
        try reactors.start()
        self.reactors = reactors
        self.broker = broker
        port = listener.boundAddress.port
    }

    deinit { reactors.stop() }

    /// A device with a connection, nothing sent yet.
    func device(_ version: ProtocolVersion = .v5) throws -> TestDevice {
        try TestDevice.reaching(port: port, version: version)
    }

    /// Waits until the broker's figures are as wanted; false when they are not after the patience of a test.
    func reaches(_ condition: (BrokerStatistics) -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(300)
        while !condition(broker.statistics) {
            if ContinuousClock.now > end { return false }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return true
    }
}
