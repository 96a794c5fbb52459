@testable import Reactors

/// Writes down all it is told and does what the test sets it to do.
final class RecordingHandler: StreamHandler {
    var opened = 0
    var received: [UInt8] = []
    var shown: [[UInt8]] = []
    var drained = 0
    var ended = 0
    var deadlines = 0
    var asksToEnd = 0
    var reasons: [String] = []

    var onOpen: (Stream) -> Void = { _ in }
    /// How much of what is shown is consumed.
    var consume: (Stream, [UInt8]) -> Int = { $1.count }
    var onDrained: (Stream) -> Void = { _ in }
    var onEnd: (Stream) -> Void = { _ in }
    var onDeadline: (Stream) -> Void = { $0.close(afterFlush: false, because: .deadlinePassed) }
    var onAskedToEnd: (Stream) -> Void = { $0.close() }
    var onClosed: (Stream) -> Void = { _ in }

    func streamOpened(_ stream: Stream) {
        opened += 1
        onOpen(stream)
    }

    func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
        let bytes = Array(bytes)
        shown.append(bytes)
        let count = consume(stream, bytes)
        received += bytes.prefix(count)
        return count
    }

    func streamDrained(_ stream: Stream) {
        drained += 1
        onDrained(stream)
    }

    func streamEnded(_ stream: Stream) {
        ended += 1
        onEnd(stream)
    }

    func streamDeadlinePassed(_ stream: Stream) {
        deadlines += 1
        onDeadline(stream)
    }

    func streamShouldEnd(_ stream: Stream) {
        asksToEnd += 1
        onAskedToEnd(stream)
    }

    func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {
        reasons.append(reason.description)
        onClosed(stream)
    }
}

/// Sends back whatever comes.
final class EchoHandler: StreamHandler {
    func streamOpened(_ stream: Stream) {}

    func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
        stream.write(bytes)
        return bytes.count
    }

    func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {}
}

/// Counts what passes through, and can behave like a transport with records: holds input back in a buffer of its own.
final class CountingTransport: StreamTransport {
    private let plain: PlainTransport
    var writes: [Int] = []
    var reads = 0
    var closes = 0
    /// The most bytes one `read` gives; what was received beyond that is kept here, where epoll does not see it.
    var recordSize = Int.max
    private var buffered: [UInt8] = []
    var opening: [TransportStep] = []

    init(_ plain: PlainTransport) {
        self.plain = plain
    }

    var descriptor: Int32 { plain.descriptor }
    var hasBufferedInput: Bool { !buffered.isEmpty }

    func open() -> TransportStep {
        opening.isEmpty ? .ready : opening.removeFirst()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportStep {
        reads += 1
        guard recordSize != Int.max else { return plain.read(into: buffer) }
        if buffered.isEmpty {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let step = bytes.withUnsafeMutableBytes { plain.read(into: $0) }
            guard case .bytes(let count) = step else { return step }
            buffered = Array(bytes.prefix(count))
        }
        let count = min(recordSize, buffered.count, buffer.count)
        buffer.copyBytes(from: buffered.prefix(count))
        buffered.removeFirst(count)
        return .bytes(count)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> TransportStep {
        let step = plain.write(bytes)
        if case .bytes(let count) = step { writes.append(count) }
        return step
    }

    func finish() -> TransportStep { plain.finish() }

    func close() {
        closes += 1
        plain.close()
    }
}
