import Reactors
import TestDevice
import Testing
import WebSocket

@testable import TLSGateway

/// What a ``WebSocketTransport`` writes to in these tests: takes and gives as much as a script has it, and holds its user
/// to what OpenSSL asks for: after a write that was put off the same bytes come again, perhaps with more behind them.
private final class ScriptedCarrier: StreamTransport {
    /// How much the next writes take, 0 for "later"; all of it when the script has ended.
    var script: [Int] = []
    /// What the next reads give.
    var input: [[UInt8]] = []
    private(set) var written: [UInt8] = []
    private(set) var writes = 0
    private(set) var hasFinished = false
    private var putOff: [UInt8] = []

    let descriptor: Int32 = -1

    func open() -> TransportStep { .ready }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportStep {
        guard let next = input.first else { return .wantRead }
        input.removeFirst()
        let fitting = next.prefix(buffer.count)
        buffer.copyBytes(from: fitting)
        if fitting.count < next.count { input.insert(Array(next.dropFirst(fitting.count)), at: 0) }
        return .bytes(fitting.count)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> TransportStep {
        #expect(!bytes.isEmpty)
        #expect(bytes.starts(with: putOff), "after a write that was put off, other bytes came")
        let limit = script.isEmpty ? Int.max : script.removeFirst()
        guard limit > 0 else {
            putOff = Array(bytes)
            return .wantWrite
        }
        // A record that was put off leaves as it was.
        let count = putOff.isEmpty ? min(limit, bytes.count) : putOff.count
        putOff = []
        writes += 1
        written += bytes.prefix(count)
        return .bytes(count)
    }

    var hasBufferedInput: Bool { !input.isEmpty }

    func finish() -> TransportStep {
        hasFinished = true
        return .ready
    }

    func close() {}
}

/// Drives a transport as a stream does.
private struct Driver {
    let carrier = ScriptedCarrier()
    let transport: WebSocketTransport
    private(set) var received: [UInt8] = []
    private(set) var lastRead: TransportStep?

    init(behind answer: Int = 0) {
        transport = WebSocketTransport(over: carrier)
        transport.beginFrames(behind: answer)
    }

    /// Writes all of it, however often it is put off.
    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if case .bytes(let count) = rest.withUnsafeBytes({ transport.write($0) }) { rest = rest.dropFirst(count) }
        }
    }

    /// Reads once.
    mutating func read(upTo limit: Int = 65_536) {
        var buffer = [UInt8](repeating: 0, count: limit)
        let step = buffer.withUnsafeMutableBytes { transport.read(into: $0) }
        if case .bytes(let count) = step { received += buffer.prefix(count) }
        lastRead = step
    }

    var words: String { lastRead.map { "\($0)" } ?? "" }
}

/// Takes apart what a server wrote.
private func frames(_ bytes: [UInt8]) -> [(opcode: UInt8, payload: [UInt8])] {
    var frames: [(UInt8, [UInt8])] = []
    var rest = bytes[...]
    while let first = rest.popFirst(), let short = rest.popFirst() {
        #expect(first & 0xF0 == 0x80 && short & 0x80 == 0)
        let extra = short < 126 ? 0 : short == 126 ? 2 : 8
        let length = extra == 0 ? Int(short) : rest.prefix(extra).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(extra)
        #expect(rest.count >= length, "a frame is cut off")
        frames.append((first & 0x0F, Array(rest.prefix(length))))
        rest = rest.dropFirst(length)
    }
    return frames
}

@Suite("The transport of a WebSocket")
struct WebSocketTransportTests {
    private static let payload = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    @Test(arguments: [1, 125, 126, 16_380])
    func `writes head and payload at once`(count: Int) {
        let driver = Driver()
        driver.write(Array(Self.payload.prefix(count)))
        #expect(driver.carrier.writes == 1)
        #expect(frames(driver.carrier.written).map(\.payload) == [Array(Self.payload.prefix(count))])
    }

    @Test func `makes one message of what is written in one go, in records of 16 KiB`() {
        let driver = Driver()
        driver.write(Self.payload)
        #expect(frames(driver.carrier.written).map(\.payload) == [Self.payload])
        // The first record has the head, the rest of the payload follows as it lies.
        #expect(driver.carrier.writes == 2)
    }

    @Test func `leaves the answer to the upgrade as it is`() {
        let driver = Driver(behind: 6)
        driver.carrier.script = [2, 0]
        driver.write(Array("answer".utf8) + [1, 2, 3])
        #expect(driver.carrier.written == Array("answer".utf8) + [0x82, 3, 1, 2, 3])
    }

    @Test func `answers a ping at once, and gives its neighbours' payload`() {
        var driver = Driver()
        let ping = WebSocketPipe.frame(9, [7, 8])
        driver.carrier.input = [WebSocketPipe.frame(2, [1, 2]) + ping + WebSocketPipe.frame(2, [3])]
        driver.read()
        #expect(driver.received == [1, 2, 3])
        #expect(driver.carrier.written == [0x8A, 2, 7, 8])
    }

    @Test func `asks to be called again after frames without payload`() {
        var driver = Driver()
        driver.carrier.input = [WebSocketPipe.frame(2, []), WebSocketPipe.frame(10, []), WebSocketPipe.frame(2, [1])]
        driver.read()
        #expect(driver.words == "ready")
        driver.read()
        #expect(driver.words == "ready")
        driver.read()
        #expect(driver.received == [1])
        driver.read()
        #expect(driver.words == "wantRead")
    }

    @Test func `does not read on while a pong is not taken`() {
        var driver = Driver()
        driver.carrier.script = [0, 0]
        driver.carrier.input = [WebSocketPipe.frame(9, [7]), WebSocketPipe.frame(2, [1])]
        driver.read()
        #expect(driver.transport.hasBufferedInput)
        driver.read()
        #expect(driver.words == "wantWrite")
        driver.read()
        #expect(driver.carrier.written == [0x8A, 1, 7])
        #expect(driver.received == [1])
    }

    @Test func `sends a pong behind the message that is under way`() {
        var driver = Driver()
        driver.carrier.script = [3, 0]
        let first = [1, 2, 3, 4].withUnsafeBytes { driver.transport.write(UnsafeRawBufferPointer(rebasing: $0[..<4])) }
        guard case .bytes(1) = first else { return #expect(Bool(false), "\(first)") }
        driver.carrier.input = [WebSocketPipe.frame(9, [7]), WebSocketPipe.frame(2, [5])]
        driver.read()
        driver.read()
        #expect(driver.words == "wantWrite")
        driver.carrier.script = []
        driver.write([0, 0, 0])
        driver.read()
        #expect(frames(driver.carrier.written).map(\.opcode) == [2, 10])
        #expect(driver.received == [5])
    }

    @Test func `ends by a Close frame, then by the carrier's own word`() {
        let driver = Driver()
        driver.carrier.script = [0, 1, 0]
        var steps: [String] = []
        repeat { steps.append("\(driver.transport.finish())") } while steps.last == "wantWrite"
        #expect(steps == ["wantWrite", "ready"])
        #expect(driver.carrier.written == [0x88, 2, 0x03, 0xE8])
        #expect(driver.carrier.hasFinished)
    }

    @Test func `gives the end of the stream at the peer's Close, and answers with its code`() {
        var driver = Driver()
        driver.carrier.input = [WebSocketPipe.frame(2, [1]) + WebSocketPipe.frame(8, [0x0B, 0xB8])]
        driver.read()
        #expect(driver.received == [1])
        #expect(driver.transport.hasBufferedInput)
        driver.read()
        #expect(driver.words == "endOfStream")
        driver.write([9])
        _ = driver.transport.finish()
        #expect(driver.carrier.written == [0x82, 1, 9, 0x88, 2, 0x0B, 0xB8])
    }

    @Test func `fails at a violation, and says so to the peer`() {
        var driver = Driver()
        driver.carrier.input = [WebSocketPipe.frame(2, [1]) + WebSocketPipe.frame(1, [2])]
        driver.read()
        #expect(driver.received == [1])
        driver.read()
        guard case .failed(FrameViolation.textFrame) = driver.lastRead else {
            return #expect(Bool(false), "\(driver.words)")
        }
        #expect(driver.carrier.written == [0x88, 2, 0x03, 0xEB])
        #expect(driver.carrier.hasFinished)
    }

    /// Messages, pings and writes that take little or nothing, mixed.
    @Test(arguments: 0..<60)
    func `keeps frames whole whatever happens in between`(seed: Int) {
        var random = XorShift(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        var driver = Driver()
        var sent: [UInt8] = []
        var given: [UInt8] = []
        var left = ArraySlice<UInt8>()
        for _ in 0..<120 {
            driver.carrier.script = (0..<3).map { _ in
                Bool.random(using: &random) ? 0 : Int.random(in: 1...40, using: &random)
            }
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                driver.carrier.input.append(WebSocketPipe.frame(9, [UInt8.random(in: 0...255, using: &random)]))
            case 1:
                let bytes = (0..<Int.random(in: 0...200, using: &random)).map { UInt8($0) }
                driver.carrier.input.append(WebSocketPipe.frame(2, bytes))
                given += bytes
            default:
                let more = (0..<Int.random(in: 1...300, using: &random)).map { UInt8(truncatingIfNeeded: $0) }
                left += more
                sent += more
            }
            if !left.isEmpty, case .bytes(let count) = left.withUnsafeBytes({ driver.transport.write($0) }) {
                left = left.dropFirst(count)
            }
            driver.read(upTo: Int.random(in: 1...300, using: &random))
        }
        driver.carrier.script = []
        driver.write(Array(left))
        while !driver.carrier.input.isEmpty || driver.transport.hasBufferedInput { driver.read() }
        _ = driver.transport.finish()
        let frames = frames(driver.carrier.written)
        #expect(frames.filter { $0.opcode == 2 }.flatMap(\.payload) == sent)
        #expect(frames.last?.opcode == 8)
        #expect(driver.received == given)
    }
}

/// xorshift64*, so that a failing case comes again.
private struct XorShift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
