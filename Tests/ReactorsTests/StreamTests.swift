import CLinux
import Testing

@testable import Reactors

@Suite struct StreamTests {
    @Test func `what is sent comes back from an echo`() throws {
        let manual = try ManualReactor()
        let (_, peer) = try manual.stream(handler: EchoHandler())
        peer.send([1, 2, 3])
        manual.turn()
        #expect(peer.receive() == [1, 2, 3])
    }

    @Test func `a stream is opened once, from the loop`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        _ = try manual.stream(handler: handler)
        manual.turn(3)
        #expect(handler.opened == 1)
    }

    @Test func `all writes of one turn leave in one transport write`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        var transport: CountingTransport?
        let (stream, peer) = try manual.stream(handler: handler) {
            let counting = CountingTransport($0)
            transport = counting
            return counting
        }
        handler.consume = { stream, bytes in
            for byte in bytes { stream.write([byte, byte]) }
            stream.withWriteBuffer(reserving: 4) { room in
                #expect(room.count >= 4)
                room[0] = 0xAA
                return 1
            }
            return bytes.count
        }
        peer.send([1, 2, 3])
        manual.turn()
        #expect(transport?.writes == [7])
        #expect(peer.receive() == [1, 1, 2, 2, 3, 3, 0xAA])
        #expect(stream.queuedBytes == 0)
        stream.write([9])
        #expect(stream.queuedBytes == 1)
        manual.turn()
        #expect(transport?.writes == [7, 1])
    }

    @Test func `writes made before the transport is ready wait for it`() throws {
        let manual = try ManualReactor()
        let (stream, peer) = try manual.stream(handler: RecordingHandler()) {
            let transport = CountingTransport($0)
            transport.opening = [.wantRead, .wantRead]
            return transport
        }
        stream.write([1])
        manual.turn(3)
        #expect(peer.receive() == nil)
        peer.send([7])
        manual.turn(2)
        #expect(peer.receive() == [1])
    }

    @Test func `the rest is shown again, with more behind it, in one piece`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        handler.consume = { _, bytes in bytes.count < 5 ? min(1, bytes.count) : bytes.count }
        let (stream, peer) = try manual.stream(handler: handler)
        peer.send([1, 2, 3])
        manual.turn()
        #expect(stream.unconsumedBytes == 2)
        peer.send([4, 5, 6])
        manual.turn()
        #expect(handler.shown == [[1, 2, 3], [2, 3, 4, 5, 6]])
        #expect(stream.unconsumedBytes == 0)
    }

    @Test func `a message larger than the scratch buffer is shown in one piece in the end`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let message = pattern(5 * ReadScratch.size + 17)
        handler.consume = { _, bytes in bytes.count >= message.count ? message.count : 0 }
        let (stream, peer) = try manual.stream(handler: handler)
        stream.maximumBufferedInput = message.count
        var sent = 0
        let tail: [UInt8] = [1, 2, 3]
        let all = message + tail
        #expect(
            manual.turn {
                if sent < all.count { sent += peer.send(all[sent...]) }
                return handler.received.count == message.count && stream.unconsumedBytes == tail.count
            }
        )
        #expect(handler.received == message)
        #expect(handler.reasons.isEmpty)
    }

    @Test func `more unconsumed input than allowed ends the stream`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        handler.consume = { _, _ in 0 }
        let (stream, peer) = try manual.stream(handler: handler)
        stream.maximumBufferedInput = 10
        peer.send(pattern(10))
        manual.turn(2)
        #expect(handler.reasons.isEmpty)
        peer.send([1])
        manual.turn(2)
        #expect(handler.reasons == ["11 bytes of unconsumed input, 10 allowed"])
        #expect(stream.unconsumedBytes == 0)
        #expect(peer.hasEnded)
    }

    @Test func `a new handler is shown what its predecessor left`() throws {
        let manual = try ManualReactor()
        let (first, second) = (RecordingHandler(), RecordingHandler())
        first.consume = { stream, _ in
            stream.handler = second
            return 2
        }
        let (_, peer) = try manual.stream(handler: first)
        peer.send([1, 2, 3, 4])
        manual.turn(2)
        #expect(first.received == [1, 2])
        #expect(second.received == [3, 4])
        peer.send([5])
        manual.turn()
        #expect(second.received == [3, 4, 5])
        #expect(first.shown.count == 1)
    }

    @Test func `a stream that always has input does not starve another`() throws {
        let manual = try ManualReactor()
        let (busy, modest) = (RecordingHandler(), RecordingHandler())
        let (_, flood) = try manual.stream(handler: busy) {
            let transport = CountingTransport($0)
            transport.recordSize = 1024
            return transport
        }
        let (_, peer) = try manual.stream(handler: modest)
        while flood.send(pattern(64 << 10)) > 0 {}
        peer.send([1])
        manual.turn()
        #expect(busy.received.count <= ReadScratch.size)
        #expect(modest.received == [1])
    }

    @Test func `input a transport holds back is read on without an event`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (_, peer) = try manual.stream(handler: handler) {
            let transport = CountingTransport($0)
            transport.recordSize = 1000
            return transport
        }
        let bytes = pattern(150_000)
        var sent = 0
        while sent < bytes.count {
            let count = peer.send(bytes[sent...])
            if count == 0 { break }
            sent += count
        }
        manual.turn()
        #expect(handler.received.count == ReadScratch.size)
        #expect(manual.turn { handler.received.count >= sent })
        #expect(handler.received == Array(bytes.prefix(sent)))
    }

    @Test func `a deadline that keeps moving costs no new timer and comes in the end`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.stream(handler: handler)
        defer { withExtendedLifetime(peer) {} }
        stream.deadline = manual.clock.now.advanced(by: .seconds(10))
        let timer = stream.state.pointee.timer
        for _ in 0..<9 {
            manual.clock.advance(by: .seconds(1))
            manual.turn()
            stream.deadline = manual.reactor.now.advanced(by: .seconds(10))
        }
        #expect(stream.state.pointee.timer == timer)
        manual.clock.advance(by: .milliseconds(9_999))
        manual.turn(2)
        #expect(handler.deadlines == 0)
        manual.clock.advance(by: .milliseconds(1))
        manual.turn()
        #expect(handler.deadlines == 1)
        #expect(handler.reasons == ["its deadline passed"])
    }

    @Test func `a nearer deadline replaces the timer, and nil takes it away`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        handler.onDeadline = { _ in }
        let (stream, peer) = try manual.stream(handler: handler)
        defer { withExtendedLifetime(peer) {} }
        stream.deadline = manual.clock.now.advanced(by: .seconds(10))
        stream.deadline = manual.clock.now.advanced(by: .seconds(1))
        manual.clock.advance(by: .seconds(1))
        manual.turn()
        #expect(handler.deadlines == 1)
        #expect(stream.deadline == nil)
        stream.deadline = manual.clock.now.advanced(by: .seconds(1))
        stream.deadline = nil
        manual.clock.advance(by: .seconds(100))
        manual.turn(2)
        #expect(handler.deadlines == 1)
    }

    @Test func `a deadline also holds while the transport opens`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.stream(handler: handler) {
            let transport = CountingTransport($0)
            transport.opening = Array(repeating: .wantRead, count: 100)
            return transport
        }
        stream.deadline = manual.clock.now.advanced(by: .seconds(10))
        for second in 0..<10 {
            #expect(handler.reasons.isEmpty)
            peer.send([UInt8(second)])
            manual.clock.advance(by: .seconds(1))
            manual.turn()
        }
        manual.turn()
        #expect(handler.opened == 0)
        #expect(handler.reasons == ["its deadline passed"])
    }

    @Test func `an idle stream costs less than half a kibibyte`() async {
        await #expect(processExitsWith: .success) { try measureIdleStreams() }
    }
}

/// In a process of its own, where nobody else allocates.
private func measureIdleStreams() throws {
    let manual = try ManualReactor()
    let handler = RecordingHandler()
    var streams: [(stream: Stream, peer: Peer)] = []
    streams.reserveCapacity(1000)
    let before = mallinfo2().uordblks
    for _ in 0..<1000 {
        let pair = try manual.stream(handler: handler)
        pair.stream.deadline = manual.clock.now.advanced(by: .seconds(60))
        pair.peer.send([1, 2, 3])
        pair.stream.write([4, 5, 6])
        manual.turn()
        streams.append(pair)
    }
    #expect(handler.received.count == 3000)
    handler.shown = []
    handler.received = []
    // Two turns' lists and the pool's blocks are the reactor's, whatever the number of streams.
    let cost = (mallinfo2().uordblks - before) / 1000
    #expect(cost < 512, "found \(cost) bytes of heap per stream with its transport, timer and slot")
}
