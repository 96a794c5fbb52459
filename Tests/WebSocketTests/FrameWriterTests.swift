import Testing
import WebSocket

/// Writes through a ``FrameWriter`` to a peer that takes so many bytes at a time.
struct Outlet: ~Copyable {
    private var writer = FrameWriter()
    private(set) var sent: [UInt8] = []

    /// Writes a message, `step` bytes of prefix and payload at a time, and calls `between` after each.
    mutating func write(_ payload: [UInt8], step: Int, between: (inout FrameWriter) -> Void = { _ in }) {
        var rest = payload[...]
        writer.begin(length: payload.count)
        while writer.isInFrame {
            var offer = [UInt8](repeating: 0, count: writer.prefixLeft)
            offer.withUnsafeMutableBytes { writer.copyPrefix(to: $0) }
            offer += rest.prefix(writer.payloadLeft)
            let taken = min(step, offer.count)
            sent += offer.prefix(taken)
            rest = rest.dropFirst(writer.sent(taken))
            between(&writer)
        }
    }

    mutating func queue(_ change: (inout FrameWriter) -> Void) { change(&writer) }

    var hasControlFrames: Bool { writer.hasControlFrames }
}

@Suite struct FrameWriterTests {
    @Test(arguments: [
        (1, "82 01"), (125, "82 7d"), (126, "82 7e 007e"), (65_535, "82 7e ffff"),
        (65_536, "82 7f 0000000000010000"),
    ])
    func `writes the shortest head`(length: Int, head: String) {
        let payload = [UInt8](repeating: 0x55, count: length)
        var outlet = Outlet()
        outlet.write(payload, step: .max)
        let sent = outlet.sent
        #expect(sent == wire(head) + payload)
    }

    @Test(arguments: 1...12)
    func `goes on where a write that took little has ended`(step: Int) {
        let payload = Array(UInt8(0)..<200)
        var outlet = Outlet()
        outlet.queue { $0.answer(ping: wire("'hi'")) }
        outlet.write(payload, step: step)
        outlet.write(wire("'x'"), step: step)
        let sent = outlet.sent
        #expect(sent == wire("8a 02 'hi' 82 7e 00c8") + payload + wire("82 01 'x'"))
    }

    @Test func `keeps a pong back until the frame has left`() {
        var outlet = Outlet()
        var isFirst = true
        outlet.write(wire("'abcdef'"), step: 4) { writer in
            if isFirst { writer.answer(ping: wire("'p'")) }
            isFirst = false
        }
        let isWaiting = outlet.hasControlFrames
        #expect(isWaiting)
        let sent = outlet.sent
        #expect(sent == wire("82 06 'abcdef'"))
        outlet.write([], step: 1)
        let isStillWaiting = outlet.hasControlFrames
        #expect(!isStillWaiting)
        let all = outlet.sent
        #expect(all == wire("82 06 'abcdef' 8a 01 'p'"))
    }

    @Test func `answers the last ping only, of those that wait`() {
        var outlet = Outlet()
        outlet.queue { $0.answer(ping: wire("'1'")) }
        outlet.queue { $0.answer(ping: wire("'2'")) }
        outlet.write([], step: .max)
        let sent = outlet.sent
        #expect(sent == wire("8a 01 '2'"))
    }

    @Test func `ends with one Close frame`() {
        var outlet = Outlet()
        outlet.queue { $0.answer(ping: []) }
        outlet.queue { $0.close(.messageTooBig) }
        outlet.queue { $0.close(.normal) }
        outlet.queue { $0.answer(ping: wire("'late'")) }
        outlet.write([], step: .max)
        let sent = outlet.sent
        #expect(sent == wire("8a 00 88 02 03f1"))
    }

    @Test func `answers a Close frame without a code by one without`() {
        var outlet = Outlet()
        outlet.queue { $0.close(nil) }
        outlet.write([], step: .max)
        let sent = outlet.sent
        #expect(sent == wire("88 00"))
    }
}
