import CLinux
import Glibc
import Synchronization
import Testing

@testable import Reactors

@Suite struct ReactorGroupTests {
    /// Says a last word when asked to end, or never ends.
    private final class Polite: StreamHandler {
        private let isStubborn: Bool
        private let told: @Sendable (String) -> Void

        init(isStubborn: Bool = false, told: @escaping @Sendable (String) -> Void) {
            self.isStubborn = isStubborn
            self.told = told
        }

        func streamOpened(_ stream: Stream) { stream.write([1]) }

        func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int { bytes.count }

        func streamShouldEnd(_ stream: Stream) {
            guard !isStubborn else { return }
            stream.write([0xE0])
            stream.close()
        }

        func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) { told(reason.description) }
    }

    private final class Reasons: Sendable {
        private let all = Mutex<[String]>([])
        func add(_ reason: String) { all.withLock { $0.append(reason) } }
        var value: [String] { all.withLock { $0 } }
    }

    private func listen(
        on group: ReactorGroup,
        isStubborn: Bool = false,
        told: @escaping @Sendable (String) -> Void
    ) throws -> Listener {
        try Listener(address: SocketAddress("127.0.0.1:0"), on: group) { socket, reactor in
            let peer = socket.peer
            let handler = Polite(isStubborn: isStubborn, told: told)
            Stream(transport: PlainTransport(adopting: socket), peer: peer, on: reactor, handler: handler).start()
        }
    }

    @Test(arguments: [0, -1, ReactorGroup.limit + 1]) func `a group needs a sensible number of reactors`(count: Int) {
        #expect(throws: ReactorError.reactorCount(count, limit: ReactorGroup.limit)) { try ReactorGroup(count: count) }
    }

    @Test func `draining lets every stream say its last word`() async throws {
        let group = try ReactorGroup(count: 2)
        try group.start()
        let reasons = Reasons()
        let listener = try listen(on: group) { reasons.add($0) }
        let peers = try (0..<10).map { _ in try Peer(connectingTo: listener.boundAddress) }
        for peer in peers { #expect(peer.receive(exactly: 1) == [1]) }
        let (drained, continuation) = AsyncStream<Void>.makeStream()
        group.beginDraining(within: .seconds(30)) { continuation.finish() }
        for peer in peers {
            #expect(peer.receive(exactly: 2) == [0xE0])
            peer.finishWriting()
        }
        for await _ in drained {}
        #expect(group.statistics.streams == 0)
        group.stop()
        #expect(reasons.value == Array(repeating: "closed by this side", count: 10))
        #expect(throws: (any Error).self) { try Peer(connectingTo: listener.boundAddress) }
    }

    @Test func `draining waits no longer than it is told to`() async throws {
        let group = try ReactorGroup(count: 2)
        try group.start()
        let reasons = Reasons()
        let listener = try listen(on: group, isStubborn: true) { reasons.add($0) }
        let peer = try Peer(connectingTo: listener.boundAddress)
        #expect(peer.receive(exactly: 1) == [1])
        await group.drain(within: .milliseconds(20))
        #expect(reasons.value == ["the reactor stopped"])
        #expect(peer.hasEnded)
    }

    @Test func `an idle group drains at once, and one that never ran too`() async throws {
        let group = try ReactorGroup(count: 2)
        try group.start()
        await group.drain(within: .seconds(60))
        await group.drain(within: .seconds(60))
        let other = try ReactorGroup(count: 1)
        await other.drain(within: .seconds(60))
    }

    @Test func `a group and its reactors are let go when stopped`() throws {
        weak var reactor: Reactor?
        do {
            let group = try ReactorGroup(count: 1)
            try group.start()
            _ = try listen(on: group) { _ in }
            reactor = group.reactors[0]
            group.stop()
        }
        #expect(reactor == nil)
    }

    @Test func `a group that never ran is let go with its listeners`() throws {
        weak var reactor: Reactor?
        do {
            let group = try ReactorGroup(count: 1)
            _ = try listen(on: group) { _ in }
            reactor = group.reactors[0]
        }
        #expect(reactor == nil)
    }

    @Test func `a signal for the process never lands on a reactor, and a dead socket there raises none`() async throws {
        let group = try ReactorGroup(count: 1)
        try group.start()
        let blocked = await withCheckedContinuation { done in
            group.reactors[0].post {
                var mask = sigset_t()
                pthread_sigmask(SIG_BLOCK, nil, &mask)
                done.resume(returning: [SIGPIPE, SIGTERM, SIGHUP, SIGINT].allSatisfy { sigismember(&mask, $0) == 1 })
            }
        }
        #expect(blocked)
        group.stop()
    }
}
