import Foundation
import MQTTBroker
import MQTTCodec
import Reactors
import TestDevice

/// A broker on threads of its own at a free port of 127.0.0.1, with what admission would have found out.
final class BenchBroker: Sendable {
    let broker: Broker
    private let reactors: ReactorGroup
    private let port: UInt16

    init(observer: any BrokerObserver, admit: @escaping @Sendable (inout ClientProfile) -> Void) throws {
        let reactors = try ReactorGroup(count: 2, name: "bench")
        let broker = Broker(configuration: BrokerConfiguration(), reactors: reactors, observer: observer)
        let listener = try Listener(address: SocketAddress("127.0.0.1:0"), on: reactors) { socket, reactor in
            let peer = socket.peer
            let transport = PlainTransport(adopting: socket)
            Reactors.Stream(transport: transport, peer: peer, on: reactor, handler: Reader(broker, admit)).start()
        }
        try reactors.start()
        self.broker = broker
        self.reactors = reactors
        port = listener.boundAddress.port
    }

    deinit { reactors.stop() }

    /// Connects clients with these ids; each stays until its connection ends, and then tells what it received.
    func connect(_ clientIDs: [String]) -> Task<[String: [TestDevice.Received]], any Error> {
        let port = port
        return Task {
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(
                        with: Result {
                            let devices = try clientIDs.map { name in
                                let device = try TestDevice.reaching(port: port, patience: .seconds(120))
                                try device.connect(as: Text(name))
                                return (name, device)
                            }
                            var received: [String: [TestDevice.Received]] = [:]
                            for (name, device) in devices { received[name] = try device.receiveUntilClosed() }
                            return received
                        }
                    )
                }
            }
        }
    }

    /// Waits until the broker's figures are as wanted; false when they are not after a test's patience.
    func reaches(_ condition: (BrokerStatistics) -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while !condition(broker.statistics) {
            if ContinuousClock.now > end { return false }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return true
    }

    func drain() async { await broker.drain() }

    /// Reads CONNECT and attaches, as admission does in the end.
    private final class Reader: StreamHandler {
        private let broker: Broker
        private let admit: @Sendable (inout ClientProfile) -> Void
        private var decoder = PacketDecoder(maximumPacketSize: 1 << 16)

        init(_ broker: Broker, _ admit: @escaping @Sendable (inout ClientProfile) -> Void) {
            self.broker = broker
            self.admit = admit
        }

        func streamOpened(_ stream: Reactors.Stream) {}

        func stream(_ stream: Reactors.Stream, received bytes: UnsafeRawBufferPointer) -> Int {
            guard case .packet(.connect(let connect), let size)? = try? decoder.next(in: bytes) else { return 0 }
            var client = ClientProfile(clientID: ClientID(connect.clientIdentifier.string), accessPoint: "bench")
            admit(&client)
            broker.attach(stream, connect: connect, client: client)
            return size
        }

        func stream(_ stream: Reactors.Stream, closedBecause reason: StreamCloseReason) {}
    }
}
