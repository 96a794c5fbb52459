import CLinux
import Glibc
import Synchronization
import Testing

@testable import Reactors

@Suite struct ListenerTests {
    /// Counts connections and keeps none.
    private static let refuse: @Sendable (consuming AcceptedSocket, Reactor) -> Void = { _, _ in }

    private static let echo: @Sendable (consuming AcceptedSocket, Reactor) -> Void = { socket, reactor in
        let peer = socket.peer
        Stream(transport: PlainTransport(adopting: socket), peer: peer, on: reactor, handler: EchoHandler()).start()
    }

    @Test func `port 0 is one port for all reactors`() throws {
        let group = try ReactorGroup(count: 3)
        let listener = try Listener(address: SocketAddress("127.0.0.1:0"), on: group, accept: Self.refuse)
        #expect(listener.boundAddress.port != 0)
        #expect(listener.boundAddress.host == "127.0.0.1")
        group.stop()
    }

    @Test func `connections are spread over the reactors and echo`() async throws {
        let group = try ReactorGroup(count: 2)
        try group.start()
        let listener = try Listener(address: SocketAddress("127.0.0.1:0"), on: group, accept: Self.echo)
        var peers: [Peer] = []
        for number in 0..<60 {
            let peer = try Peer(connectingTo: listener.boundAddress)
            peer.sendAll([UInt8(number)])
            #expect(peer.receive(exactly: 1) == [UInt8(number)])
            peers.append(peer)
        }
        #expect(group.statistics.accepted == 60)
        #expect(group.statistics.streams == 60)
        #expect(group.reactors.allSatisfy { $0.statistics.accepted > 0 })
        group.stop()
    }

    @Test func `an accepted socket is non-blocking, close-on-exec, without delay, and knows both ends`() async throws {
        let group = try ReactorGroup(count: 1)
        try group.start()
        let (facts, continuation) = AsyncStream<[Bool]>.makeStream()
        let bound = Mutex<SocketAddress?>(nil)
        let listener = try Listener(address: SocketAddress("[::1]:0"), on: group) { socket, reactor in
            continuation.yield([
                fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0,
                fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0,
                clinux_option(socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY) == 1,
                socket.local == bound.withLock { $0 },
                socket.peer.host == "::1",
                reactor.isCurrent,
            ])
            continuation.finish()
        }
        bound.withLock { $0 = listener.boundAddress }
        let peer = try Peer(connectingTo: listener.boundAddress)
        for await facts in facts { #expect(facts == Array(repeating: true, count: 6)) }
        withExtendedLifetime(peer) {}
        group.stop()
    }

    @Test func `an address somebody listens on already is refused, though sockets are shared between reactors`() throws
    {
        let group = try ReactorGroup(count: 2)
        let listener = try Listener(address: SocketAddress("127.0.0.1:0"), on: group, accept: Self.refuse)
        let other = try ReactorGroup(count: 2)
        #expect(throws: ReactorError.cannotListen(listener.boundAddress, .bind, errno: EADDRINUSE)) {
            try Listener(address: listener.boundAddress, on: other, accept: Self.refuse)
        }
        group.stop()
    }

    @Test func `an address of no interface here is refused with its reason`() throws {
        let group = try ReactorGroup(count: 1)
        let error = #expect(throws: ReactorError.self) {
            try Listener(address: SocketAddress("192.0.2.1:0"), on: group, accept: Self.refuse)
        }
        #expect(error?.description == "Cannot listen on 192.0.2.1:0: no interface of this machine has that address.")
    }

    @Test func `a closed listener refuses newcomers and frees its address`() async throws {
        let group = try ReactorGroup(count: 2)
        try group.start()
        let first = try Listener(address: SocketAddress("127.0.0.1:0"), on: group, accept: Self.echo)
        let peer = try Peer(connectingTo: first.boundAddress)
        peer.sendAll([1])
        #expect(peer.receive(exactly: 1) == [1])
        first.close()
        for reactor in group.reactors { await withCheckedContinuation { done in reactor.post { done.resume() } } }
        #expect(throws: (any Error).self) { try Peer(connectingTo: first.boundAddress) }
        peer.sendAll([2])
        #expect(peer.receive(exactly: 1) == [2], "connections outlive their listener")
        let second = try Listener(address: first.boundAddress, on: group, accept: Self.echo)
        #expect(try Peer(connectingTo: second.boundAddress).descriptor.number >= 0)
        group.stop()
    }
}
