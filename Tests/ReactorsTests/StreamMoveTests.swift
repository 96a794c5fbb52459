import Testing

@testable import Reactors

@Suite struct StreamMoveTests {
    @Test func `a stream arrives with its queue, its input and its deadline`() throws {
        let (here, there) = (try ManualReactor(), try ManualReactor())
        let first = RecordingHandler()
        nonisolated(unsafe) let second = RecordingHandler()
        first.consume = { [target = there.reactor] stream, _ in
            stream.write([8])
            stream.deadline = stream.reactor.now.advanced(by: .seconds(7))
            stream.move(to: target) { $0.handler = second }
            return 2
        }
        let (stream, peer) = try here.stream(handler: first)
        peer.send([1, 2, 3, 4])
        here.turn()
        #expect(here.reactor.statistics.streams == 0)
        peer.send([5])
        there.turn(2)
        #expect(there.reactor.statistics.streams == 1)
        #expect(stream.reactor === there.reactor)
        #expect(first.received == [1, 2])
        #expect(first.reasons.isEmpty)
        #expect(second.received == [3, 4, 5])
        #expect(peer.receive() == [8])
        there.clock.advance(by: .seconds(7))
        there.turn()
        #expect(second.deadlines == 1)
    }

    @Test func `a move to the reactor where it is needs no detour`() throws {
        let manual = try ManualReactor()
        let first = RecordingHandler()
        nonisolated(unsafe) let second = RecordingHandler()
        first.consume = { stream, _ in
            stream.move(to: stream.reactor) { $0.handler = second }
            return 1
        }
        let (_, peer) = try manual.stream(handler: first)
        peer.send([1, 2])
        manual.turn(2)
        #expect(second.received == [2])
        #expect(first.shown.count == 1)
    }

    @Test func `an end reached together with the last input is told to the new handler, after that input`() throws {
        let (here, there) = (try ManualReactor(), try ManualReactor())
        let first = RecordingHandler()
        nonisolated(unsafe) let second = RecordingHandler()
        let (stream, peer) = try here.stream(handler: first)
        first.consume = { [target = there.reactor] stream, _ in
            stream.move(to: target) { $0.handler = second }
            return 1
        }
        peer.send([1, 2])
        peer.finishWriting()
        here.turn()
        there.turn(4)
        #expect(first.ended == 0)
        #expect(second.received == [2])
        #expect(second.ended == 1)
        _ = stream
    }

    @Test func `closing in the same turn beats moving`() throws {
        let (here, there) = (try ManualReactor(), try ManualReactor())
        let handler = RecordingHandler()
        let (stream, peer) = try here.stream(handler: handler)
        defer { withExtendedLifetime(peer) {} }
        stream.move(to: there.reactor) { _ in Issue.record("arrived") }
        stream.close(afterFlush: false)
        here.turn()
        there.turn()
        #expect(handler.reasons == ["closed by this side"])
        #expect(there.reactor.statistics.streams == 0)
    }

    @Test func `a stream that moves to a reactor that has stopped is closed`() throws {
        let here = try ManualReactor()
        let group = try ReactorGroup(count: 1)
        try group.start()
        group.stop()
        let peer: Peer
        do {
            let stream: Stream
            (stream, peer) = try here.stream(handler: RecordingHandler())
            stream.move(to: group.reactors[0]) { _ in Issue.record("arrived") }
            here.turn()
        }
        #expect(peer.hasEnded)
    }

    /// Echoes, and moves to the other reactor whenever so many bytes have come.
    private final class Wanderer: StreamHandler {
        let group: ReactorGroup
        var next = 1000

        init(_ group: ReactorGroup) { self.group = group }

        func streamOpened(_ stream: Stream) {}

        func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
            let count = min(bytes.count, next)
            stream.write(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            next -= count
            if next == 0 {
                let group = group
                stream.move(to: group.reactors[(stream.reactor.index + 1) % 2]) { $0.handler = Wanderer(group) }
            }
            return count
        }

        func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {}
    }

    @Test func `streams that keep moving under traffic lose and reorder nothing`() async throws {
        let group = try ReactorGroup(count: 2)
        try group.start()
        let listener = try Listener(address: SocketAddress("127.0.0.1:0"), on: group) { socket, reactor in
            let peer = socket.peer
            let transport = PlainTransport(adopting: socket)
            Stream(transport: transport, peer: peer, on: reactor, handler: Wanderer(group)).start()
        }
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<2 {
                tasks.addTask {
                    do {
                        let peer = try Peer(connectingTo: listener.boundAddress)
                        let bytes = pattern(200_000, seed: number)
                        var received: [UInt8] = []
                        for start in stride(from: 0, to: bytes.count, by: 20_000) {
                            peer.sendAll(Array(bytes[start..<start + 20_000]))
                            received += peer.receive(exactly: 20_000)
                        }
                        #expect(received == bytes)
                    } catch { Issue.record(error) }
                }
            }
        }
        group.stop()
    }
}
