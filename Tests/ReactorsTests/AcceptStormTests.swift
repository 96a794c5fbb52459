import CLinux
import Glibc
import Synchronization
import Testing

@testable import Reactors

/// The limit of descriptors is the process's, so each of these has a process of its own.
@Suite struct AcceptStormTests {
    @Test func `accepting without descriptors does not spin, and recovers when there are some again`() async {
        await #expect(processExitsWith: .success) { try exhaustOneReactor() }
    }

    @Test func `a running group survives a storm and serves again`() async {
        await #expect(processExitsWith: .success) { try exhaustRunningGroup() }
    }
}

private func exhaustOneReactor() throws {
    let manual = try ManualReactor()
    let accepted = Mutex<[Int32]>([])
    let socket = try ListeningSocket.bind(to: SocketAddress("127.0.0.1:0"), isFirst: true)
    let address = SocketAddress(clinux_local_address(socket.number))
    #expect(clinux_listen(socket.number, 64) == 0)
    let acceptor = try Acceptor(socket: socket, reactor: manual.reactor) { socket, _ in
        let descriptor = socket.takeDescriptor().take()
        accepted.withLock { $0.append(descriptor) }
    }
    acceptor.start()
    manual.turn()
    let peers = try (0..<20).map { _ in try Peer(connectingTo: address) }

    // All that is left: five descriptors. (The test's own runtime may take one at any time, so none is counted on.)
    let hoard = exhaustDescriptors(leaving: 5)
    #expect(manual.turn { manual.reactor.statistics.acceptPauses == 1 })
    let atFirst = accepted.withLock { $0.count }
    #expect((3...5).contains(atFirst))
    let events = manual.reactor.statistics.events
    manual.turn(1000)
    #expect(manual.reactor.statistics.acceptPauses == 1, "a thousand turns, no further attempt")
    #expect(manual.reactor.statistics.events == events)
    #expect(manual.reactor.statistics.connectionsShed == 0, "a short shortage costs nobody the connection")

    // Descriptors come back before the pause is over.
    for descriptor in hoard.prefix(10) { clinux_close(descriptor) }
    manual.turn(10)
    #expect(accepted.withLock { $0.count } == atFirst)
    manual.clock.advance(by: Acceptor.pause)
    #expect(manual.turn { manual.reactor.statistics.acceptPauses == 2 })
    let served = accepted.withLock { $0.count }
    #expect(served > atFirst + 5)
    #expect(manual.reactor.statistics.connectionsShed == 0)

    // A whole pause in vain: those who wait are turned away at once.
    manual.clock.advance(by: Acceptor.pause)
    #expect(manual.turn { manual.reactor.statistics.connectionsShed == peers.count - served })
    #expect(turnedAway(of: peers, waitingFor: peers.count - served) == peers.count - served)

    // And when all is well again, newcomers are served as ever.
    for descriptor in hoard.dropFirst(10) { clinux_close(descriptor) }
    manual.clock.advance(by: Acceptor.pause)
    manual.turn(2)
    let late = try Peer(connectingTo: address)
    #expect(manual.turn { accepted.withLock { $0.count } == served + 1 })
    withExtendedLifetime(late) {}
}

private func exhaustRunningGroup() throws {
    let group = try ReactorGroup(count: 2)
    try group.start()
    let listener = try Listener(address: SocketAddress("127.0.0.1:0"), on: group) { socket, reactor in
        let peer = socket.peer
        Stream(transport: PlainTransport(adopting: socket), peer: peer, on: reactor, handler: EchoHandler())
            .start()
    }
    var peers = try (0..<40).map { _ in try Peer(connectingTo: listener.boundAddress) }
    for peer in peers {
        peer.sendAll([1])
        #expect(peer.receive(exactly: 1) == [1])
    }
    let spare = (0..<10).map { _ in
        Peer(adopting: clinux_stream_socket(4))
    }
    let hoard = exhaustDescriptors(leaving: 0)
    for peer in spare {
        peer.block()
        #expect(clinux_connect(peer.descriptor.number, listener.boundAddress.forC) == 0)
    }
    // The kernel has connected them; nobody can accept, so in the end they are turned away.
    #expect(turnedAway(of: spare, waitingFor: 10) == 10)
    #expect(group.statistics.connectionsShed == 10)
    #expect(group.statistics.turns < 2000)
    for peer in peers {
        peer.sendAll([2])
        #expect(peer.receive(exactly: 1) == [2])
    }
    for descriptor in hoard { clinux_close(descriptor) }
    peers.append(try Peer(connectingTo: listener.boundAddress))
    peers.last?.sendAll([3])
    #expect(peers.last?.receive(exactly: 1) == [3])
    group.stop()
}

/// Opens descriptors until only so many are left, with a low limit so that it does not take long; it lies above what this
/// process has inherited.
private func exhaustDescriptors(leaving count: Int) -> [Int32] {
    let firstFree = clinux_spare_descriptor()
    clinux_close(firstFree)
    _ = clinux_limit_descriptors(256 + numericCast(firstFree))
    var hoard: [Int32] = []
    while true {
        let descriptor = clinux_spare_descriptor()
        guard descriptor >= 0 else { break }
        hoard.append(descriptor)
    }
    for _ in 0..<count { clinux_close(hoard.removeLast()) }
    return hoard
}

/// How many of these the other side has closed, with or without a reset; waits until `count` are.
private func turnedAway(of peers: [Peer], waitingFor count: Int) -> Int {
    var waiting = peers.map { pollfd(fd: $0.descriptor.number, events: Int16(POLLIN), revents: 0) }
    while peers.count - waiting.count < count, poll(&waiting, nfds_t(waiting.count), 10_000) > 0 {
        waiting.removeAll { peer in
            var byte: UInt8 = 0
            return peer.revents != 0 && recv(peer.fd, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) <= 0
        }
    }
    return peers.count - waiting.count
}
