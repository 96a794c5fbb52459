import Testing

@testable import Reactors

/// Back-pressure both ways.
@Suite struct StreamFlowTests {
    @Test func `a reader that stalls costs bounded memory and gets every byte when it resumes`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let bytes = pattern(6 << 20)
        var written = 0
        let write: (Stream) -> Void = { stream in
            while written < bytes.count && !stream.isBackedUp {
                let piece = min(10_000, bytes.count - written)
                stream.write(Array(bytes[written..<written + piece]))
                written += piece
            }
        }
        handler.onDrained = write
        let (stream, peer) = try manual.stream(handler: handler)
        write(stream)
        manual.turn(10)
        #expect(stream.isBackedUp)
        #expect(stream.queuedBytes <= StreamLimits.highWaterMark + 10_000)
        let stalledAt = written
        manual.turn(50)
        #expect(written == stalledAt)
        var received: [UInt8] = []
        var mostQueued = 0
        #expect(
            manual.turn {
                if let more = peer.receive() { received += more }
                mostQueued = max(mostQueued, stream.queuedBytes)
                return received.count == bytes.count
            }
        )
        #expect(received == bytes)
        #expect(mostQueued <= StreamLimits.highWaterMark + 10_000)
        #expect(handler.drained > 1)
        #expect(stream.queuedBytes == 0)
    }

    @Test func `nothing is written or spun for while the peer does not read`() throws {
        let manual = try ManualReactor()
        var transport: CountingTransport?
        let (stream, peer) = try manual.stream(handler: RecordingHandler()) {
            let counting = CountingTransport($0)
            transport = counting
            return counting
        }
        defer { withExtendedLifetime(peer) {} }
        stream.write(pattern(4 << 20))
        #expect(manual.turn { stream.state.pointee.outputBlockedOn == .writable })
        let events = manual.reactor.statistics.events
        manual.turn(100)
        #expect(manual.reactor.statistics.events == events)
        #expect(manual.reactor.core.pointee.unsettled.isEmpty)
        #expect((transport?.writes.count ?? 0) > 0)
    }

    @Test func `a paused stream reads nothing and makes no events`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.stream(handler: handler)
        stream.pauseReading()
        manual.turn()
        #expect(stream.state.pointee.interest == [])
        while peer.send(pattern(64 << 10)) > 0 {}
        let events = manual.reactor.statistics.events
        manual.turn(20)
        #expect(handler.shown.isEmpty)
        #expect(manual.reactor.statistics.events == events)
    }

    @Test func `a stream that pauses in the middle of its input is shown the rest when it resumes`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        handler.consume = { stream, _ in
            stream.pauseReading()
            return 1
        }
        let (stream, peer) = try manual.stream(handler: handler)
        peer.send([1, 2, 3])
        manual.turn(3)
        #expect(handler.shown == [[1, 2, 3]])
        handler.consume = { $1.count }
        stream.resumeReading()
        manual.turn(2)
        #expect(handler.shown == [[1, 2, 3], [2, 3]])
        peer.send([4])
        manual.turn()
        #expect(handler.received == [1, 2, 3, 4])
    }

    @Test func `a paused stream may keep more than it could wait for`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        handler.consume = { stream, _ in
            stream.pauseReading()
            return 0
        }
        let (stream, peer) = try manual.stream(handler: handler)
        stream.maximumBufferedInput = 2
        peer.send([1, 2, 3])
        manual.turn(2)
        #expect(handler.reasons.isEmpty)
        #expect(stream.unconsumedBytes == 3)
    }

    @Test func `pausing and resuming in one turn costs no system call`() throws {
        let manual = try ManualReactor()
        let (stream, peer) = try manual.stream(handler: RecordingHandler())
        defer { withExtendedLifetime(peer) {} }
        let interest = stream.state.pointee.interest
        stream.pauseReading()
        stream.resumeReading()
        #expect(stream.state.pointee.interest == interest)
        manual.turn()
        #expect(stream.state.pointee.interest == interest)
    }

    @Test func `a paused stream notices that its peer reset the connection`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        var peer: Peer?
        let stream: Stream
        (stream, peer) = try manual.tcpStream(handler: handler)
        stream.pauseReading()
        manual.turn()
        peer?.resetOnClose()
        peer = nil
        #expect(manual.turn { !handler.reasons.isEmpty })
        #expect(handler.reasons.first?.contains("reset") == true)
    }

    @Test func `a hang-up a paused stream cannot act on does not make the loop spin`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        var peer: Peer?
        let stream: Stream
        (stream, peer) = try manual.stream(handler: handler)
        stream.pauseReading()
        manual.turn()
        peer?.send([1, 2])
        peer = nil
        manual.turn(2)
        let events = manual.reactor.statistics.events
        manual.turn(50)
        #expect(manual.reactor.statistics.events == events)
        stream.resumeReading()
        manual.turn(4)
        #expect(handler.received == [1, 2])
        #expect(handler.ended == 1)
    }
}
