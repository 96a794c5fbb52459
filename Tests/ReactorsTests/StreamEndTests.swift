import CLinux
import Testing

@testable import Reactors

@Suite struct StreamEndTests {
    @Test func `the peer's half-close is told once, and our direction goes on`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.tcpStream(handler: handler)
        peer.send([1])
        peer.finishWriting()
        #expect(manual.turn { handler.ended == 1 })
        #expect(handler.received == [1])
        stream.write([2, 3])
        manual.turn()
        #expect(peer.receive() == [2, 3])
        let events = manual.reactor.statistics.events
        manual.turn(20)
        #expect(manual.reactor.statistics.events == events)
        #expect(handler.ended == 1)
        #expect(handler.reasons.isEmpty)
    }

    @Test func `our half-close follows what is queued, and the peer's direction goes on`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.tcpStream(handler: handler)
        stream.write([1, 2])
        stream.finishWriting()
        stream.write([3])
        manual.turn()
        #expect(peer.receive(exactly: 3) == [1, 2])
        #expect(peer.hasEnded)
        peer.send([7])
        #expect(manual.turn { handler.received == [7] })
        #expect(handler.reasons.isEmpty)
    }

    @Test func `both directions closed one after the other end the stream when the handler says so`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        handler.onEnd = { $0.close() }
        let (stream, peer) = try manual.tcpStream(handler: handler)
        stream.finishWriting()
        manual.turn()
        peer.finishWriting()
        #expect(manual.turn { !handler.reasons.isEmpty })
        #expect(handler.reasons == ["closed by this side"])
        #expect(manual.reactor.statistics.streams == 0)
    }

    @Test func `closing sends what is queued first and tells the handler last, once`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.tcpStream(handler: handler)
        stream.write([1, 2, 3])
        stream.close()
        stream.close()
        stream.write([4])
        #expect(handler.reasons.isEmpty, "never from within the call")
        #expect(stream.isClosing)
        manual.turn()
        #expect(handler.reasons == ["closed by this side"])
        #expect(stream.handler == nil)
        #expect(peer.receive(exactly: 4) == [1, 2, 3])
        #expect(peer.hasEnded)
    }

    @Test func `closing without flushing drops what is queued`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.stream(handler: handler)
        stream.write([1, 2, 3])
        stream.close(afterFlush: false)
        manual.turn()
        #expect(handler.reasons == ["closed by this side"])
        #expect(peer.hasEnded)
    }

    @Test func `input that comes while closing is not shown`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        handler.consume = { stream, bytes in
            stream.close()
            return bytes.count
        }
        let (_, peer) = try manual.stream(handler: handler)
        peer.send([1])
        manual.turn()
        peer.send([2])
        manual.turn(3)
        #expect(handler.shown == [[1]])
    }

    @Test func `a peer that does not take the last bytes is given up at the flush deadline`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.stream(handler: handler)
        defer { withExtendedLifetime(peer) {} }
        stream.write(pattern(4 << 20))
        #expect(manual.turn { stream.state.pointee.outputBlockedOn == .writable })
        let unsent = stream.queuedBytes
        stream.close(flushTime: .seconds(3))
        manual.turn(5)
        #expect(handler.reasons.isEmpty)
        manual.clock.advance(by: .seconds(3))
        manual.turn()
        #expect(handler.reasons == ["the peer did not take the last \(unsent) bytes in time"])
    }

    @Test func `unread input does not turn the last words into a reset`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.tcpStream(handler: handler)
        stream.pauseReading()
        manual.turn()
        peer.sendAll(pattern(100_000))
        stream.write([9, 9])
        stream.close()
        #expect(manual.turn { !handler.reasons.isEmpty })
        #expect(peer.receive(exactly: 2) == [9, 9])
        #expect(peer.hasEnded)
        peer.finishWriting()
        #expect(manual.turn { manual.reactor.statistics.streams == 0 })
    }

    @Test func `a peer that never closes is not waited for longer than the linger time`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.tcpStream(handler: handler)
        stream.close()
        manual.turn(3)
        #expect(handler.reasons.count == 1)
        #expect(manual.reactor.statistics.streams == 1)
        manual.clock.advance(by: StreamLimits.lingerTime)
        manual.turn()
        #expect(manual.reactor.statistics.streams == 0)
        #expect(manual.reactor.core.pointee.lingeringCount == 0)
        #expect(handler.reasons.count == 1)
        withExtendedLifetime(peer) {}
    }

    @Test func `a reset in the middle of writing ends the stream and nothing worse`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        var peer: Peer?
        let stream: Stream
        (stream, peer) = try manual.tcpStream(handler: handler)
        stream.write(pattern(8 << 20))
        manual.turn()
        #expect(stream.queuedBytes > 0)
        peer?.resetOnClose()
        peer = nil
        #expect(manual.turn { !handler.reasons.isEmpty })
        #expect(handler.reasons.count == 1)
        #expect(handler.reasons.first?.hasPrefix("the transport failed: ") == true)
        stream.write([1])
        manual.turn(3)
        #expect(manual.reactor.statistics.streams == 0)
    }

    @Test func `writing to a socket whose peer is gone gives an error and no signal`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        handler.onEnd = { _ in }
        var peer: Peer?
        let stream: Stream
        (stream, peer) = try manual.stream(handler: handler)
        peer = nil
        _ = peer
        manual.turn(2)
        #expect(handler.ended == 1)
        stream.write([1])
        manual.turn(2)
        #expect(handler.reasons == ["the transport failed: send failed: Broken pipe (32)."])
    }

    @Test func `a peer that leaves before the transport is ready is told apart`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        _ = try manual.stream(handler: handler) {
            let transport = CountingTransport($0)
            transport.opening = [.endOfStream]
            return transport
        }
        #expect(handler.opened == 0)
        #expect(handler.reasons == ["the peer left before the connection was ready"])
    }

    @Test func `a stream closed before it was started is ended without being opened`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        var pair: [Int32] = [-1, -1]
        try #require(clinux_socket_pair(&pair) == 0)
        let transport = PlainTransport(adopting: Descriptor(adopting: pair[0]))
        let peer = Peer(adopting: pair[1])
        Stream(transport: transport, peer: .unnamed, on: manual.reactor, handler: handler).close()
        manual.turn()
        #expect(handler.opened == 0)
        #expect(handler.reasons == ["closed by this side"])
        #expect(peer.hasEnded)
    }

    @Test func `a transport that cannot open ends the stream with its reason`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (stream, peer) = try manual.stream(handler: handler) {
            let transport = CountingTransport($0)
            transport.opening = [.failed(ReactorError.notAnAddress("x"))]
            return transport
        }
        defer { withExtendedLifetime(peer) {} }
        #expect(handler.opened == 0)
        #expect(handler.reasons.count == 1)
        #expect(handler.reasons.first?.contains("needed an IP address") == true)
        #expect(stream.isClosing)
    }

    @Test func `a closed stream and its handler are let go`() throws {
        let manual = try ManualReactor()
        weak var stream: Stream?
        weak var handler: RecordingHandler?
        var transport: CountingTransport?
        do {
            let recording = RecordingHandler()
            let pair = try manual.stream(handler: recording) {
                let counting = CountingTransport($0)
                transport = counting
                return counting
            }
            (stream, handler) = (pair.stream, recording)
            // What a handler usually does: it holds its stream.
            recording.onClosed = { [held = pair.stream] _ in _ = held }
            pair.stream.write([1])
            pair.stream.close()
            pair.peer.finishWriting()
            manual.turn(3)
            recording.onClosed = { _ in }
        }
        #expect(stream == nil)
        #expect(handler == nil)
        #expect(transport?.closes == 1)
    }
}
