import CLinux
import Synchronization
import Testing

@testable import Reactors

/// A clock that stands still until it is moved.
final class ManualClock: Sendable {
    private let nanoseconds = Atomic<UInt64>(5_000_000_000)

    var now: MonotonicTime { MonotonicTime(nanoseconds: nanoseconds.load(ordering: .relaxed)) }

    func advance(by duration: Duration) {
        nanoseconds.store(now.advanced(by: duration).nanoseconds, ordering: .relaxed)
    }
}

/// A reactor that takes its turns when the test says so, by a clock the test moves.
struct ManualReactor {
    let clock = ManualClock()
    let reactor: Reactor

    init() throws {
        let clock = clock
        reactor = try Reactor(clock: { clock.now })
        reactor.turn()
    }

    func turn(_ count: Int = 1) {
        for _ in 0..<count { reactor.turn() }
    }

    /// Takes turns until `condition` holds; false when it still does not after a great many.
    func turn(until condition: () -> Bool) -> Bool {
        for _ in 0..<100_000 {
            if condition() { return true }
            reactor.turn()
        }
        return condition()
    }

    /// A stream over one end of a socket pair, started and open, and the other end.
    func stream(
        handler: any StreamHandler,
        transport: (PlainTransport) -> any StreamTransport = { $0 }
    ) throws -> (stream: Stream, peer: Peer) {
        var pair: [Int32] = [-1, -1]
        try #require(clinux_socket_pair(&pair) == 0)
        let near = PlainTransport(adopting: Descriptor(adopting: pair[0]))
        let stream = Stream(transport: transport(near), peer: .unnamed, on: reactor, handler: handler)
        stream.start()
        turn(2)
        return (stream, Peer(adopting: pair[1]))
    }

    /// A stream over a real TCP connection on the loopback interface.
    func tcpStream(handler: any StreamHandler) throws -> (stream: Stream, peer: Peer) {
        let listening = try ListeningSocket.bind(to: SocketAddress("127.0.0.1:0"), isFirst: true)
        try #require(clinux_listen(listening.number, 1) == 0)
        let peer = try Peer(connectingTo: SocketAddress(clinux_local_address(listening.number)))
        var address = clinux_address()
        let number = clinux_accept(listening.number, &address)
        try #require(number >= 0)
        let socket = AcceptedSocket(adopting: number, peer: SocketAddress(address))
        let stream = Stream(
            transport: PlainTransport(adopting: socket),
            peer: SocketAddress(address),
            on: reactor,
            handler: handler
        )
        stream.start()
        turn(2)
        return (stream, peer)
    }
}
