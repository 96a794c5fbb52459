import FoundationEssentials
import Glibc
import Logging
import OpenSSL
import Registry
import Synchronization

@testable import Reactors
@testable import TLSGateway

/// A gateway on one reactor that only moves when the test says so, with a clock that the test sets.
///
/// All of it happens on the calling thread, over socket pairs.
final class StillGateway {
    let cluster: TestCluster
    let backend = EchoBackend()
    let log = LogRecorder()
    let observer = ObserverRecorder()
    let services: GatewayServices
    let counters = AccessPointCounters(name: "still")
    private let entrance: Entrance
    private let reactor: Reactor
    private let clock: Clock

    private final class Clock: Sendable {
        private let nanoseconds = Atomic<UInt64>(1_000_000_000)

        var now: MonotonicTime { MonotonicTime(nanoseconds: nanoseconds.load(ordering: .relaxed)) }

        func advance(by duration: Duration) {
            nanoseconds.store(now.advanced(by: duration).nanoseconds, ordering: .relaxed)
        }
    }

    init(
        admission: AdmissionSettings = AdmissionSettings(),
        protocol: AccessPoint.EndpointProtocol = .mqtts
    ) async throws {
        cluster = try await TestCluster(settings: ClusterSettings(mode: .oneWay, anonymous: true), reactors: 1)
        try await cluster.bind("default.test", slot: .default)
        let clock = Clock()
        self.clock = clock
        reactor = try Reactor(clock: { clock.now })
        services = GatewayServices(
            settings: admission,
            cluster: cluster.control,
            identity: cluster.identity(),
            backend: backend,
            observer: observer,
            logger: log.logger,
            date: { .now }
        )
        let endpoint = AccessPoint.Endpoint(address: try SocketAddress("127.0.0.1:0"), protocol: `protocol`)
        let accessPoint = AccessPoint(
            name: "still",
            hostname: try DomainName("gateway.example.net"),
            listeners: [endpoint]
        )
        entrance = Entrance(endpoint, of: accessPoint, counters: counters, services: services)
    }

    /// A connection as if just accepted; gives the peer's end.
    func accept() throws -> PeerEnd {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ReactorError.callFailed(.socketpair, errno: errno)
        }
        reactor.turn()
        Admission.begin(AcceptedSocket(adopting: ends[0], peer: .unnamed), on: reactor, at: entrance)
        settle()
        return PeerEnd(adopting: ends[1])
    }

    /// Lets time pass, then lets the reactor do what is due.
    func advance(by duration: Duration) {
        clock.advance(by: duration)
        settle()
    }

    /// Turns until nothing is left to do without time or input.
    func settle() {
        for _ in 0..<4 { reactor.turn() }
    }

    var statistics: GatewayStatistics.AccessPointStatistics { counters.read() }
}

/// The peer's end of a connection to a ``StillGateway``.
final class PeerEnd {
    let descriptor: Int32

    init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    func send(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// What has arrived; empty if nothing has.
    func received() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return Array(buffer.prefix(max(0, count)))
    }

    /// Has the gateway closed? Reads away what came before.
    var isClosed: Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN }
        }
    }

    /// A finished handshake, the gateway taking its turns in between.
    func handshake(with gateway: StillGateway) throws -> TLSConnection {
        let context = try TLSContext(client: ClientOptions())
        let connection = try TLSConnection(client: context, descriptor: descriptor, serverName: "default.test")
        for _ in 0..<10 {
            let step = connection.handshake()
            // The client's last flight is there only now.
            gateway.settle()
            if step == .done { return connection }
        }
        throw connection.failure ?? .truncated
    }

    /// A ClientHello as a client sends it.
    static func clientHello() throws -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ReactorError.callFailed(.socketpair, errno: errno)
        }
        let (near, far) = (PeerEnd(adopting: ends[0]), PeerEnd(adopting: ends[1]))
        let context = try TLSContext(client: ClientOptions())
        let connection = try TLSConnection(client: context, descriptor: near.descriptor, serverName: "default.test")
        _ = connection.handshake()
        return far.received()
    }
}
