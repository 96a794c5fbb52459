import Reactors
import WebSocket

/// A WebSocket over TLS or over bare TCP: the stream above sees the bytes that the frames carry.
///
/// Until the upgrade is answered bytes pass as they are. From then on everything that the stream writes in one go leaves
/// as one binary message, head and payload in one write, and frames that come in are opened in the buffer they were read
/// into. Pings are answered here, and the stream's end is told by a Close frame.
final class WebSocketTransport: StreamTransport {
    private let carrier: any StreamTransport
    private var isFramed = false
    /// Bytes of the upgrade's answer that the stream has still to write: no frame goes around them.
    private var answerLeft = 0
    private var decoder = FrameDecoder()
    private var writer = FrameWriter()
    /// What the Close frame says that ends our direction.
    var closeCode: CloseCode? = .normal

    /// - Parameter carrier: what moves the frames; belongs to this transport from now on.
    init(over carrier: any StreamTransport) { self.carrier = carrier }

    /// The upgrade is accepted: frames come and go, behind the `answerSize` bytes that the stream is about to write.
    func beginFrames(behind answerSize: Int) {
        isFramed = true
        answerLeft = answerSize
    }

    /// Has the upgrade been accepted?
    var hasBegun: Bool { isFramed }

    var descriptor: Int32 { carrier.descriptor }

    func open() -> TransportStep { carrier.open() }

    func close() { carrier.close() }

    // MARK: Reading

    func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportStep {
        guard isFramed else { return carrier.read(into: buffer) }
        // A client that asks by ping and does not take the answer is not read either.
        if let obstacle = writeControlFrames() { return obstacle }
        if let end = decoder.end { return conclude(end) }
        let step = carrier.read(into: buffer)
        guard case .bytes(let count) = step else { return step }
        let payload = decoder.decode(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        if let ping = decoder.takePing() {
            writer.answer(ping: ping)
            // What stands in the way is found again by the next read.
            _ = writeControlFrames()
        }
        if payload > 0 { return .bytes(payload) }
        // Frames without payload, or a part of a head: one look per turn, or a flood of them would hold the loop.
        return hasBufferedInput ? .ready : .wantRead
    }

    var hasBufferedInput: Bool {
        carrier.hasBufferedInput || decoder.end != nil || (isFramed && writer.hasControlFrames)
    }

    /// The client's direction is over, as its last frame has it.
    private func conclude(_ end: FrameDecoder.End) -> TransportStep {
        switch end {
        case .closed(let status):
            // RFC 6455 § 5.5.1: the answer "typically echos the status code"; it leaves with `finish`, when everything
            // else has.
            closeCode = status.code
            return .endOfStream
        case .violated(let violation):
            // RFC 6455 § 7.1.7: the client is told why, if it takes that now, and is not waited for.
            if !writer.isInFrame {
                writer.close(violation.closeCode)
                if writeControlFrames() == nil { _ = carrier.finish() }
            }
            return .failed(violation)
        }
    }

    // MARK: Writing

    func write(_ bytes: UnsafeRawBufferPointer) -> TransportStep {
        guard isFramed else { return carrier.write(bytes) }
        guard answerLeft == 0 else { return writeAnswer(bytes) }
        if !writer.isInFrame { writer.begin(length: bytes.count) }
        while true {
            let payload = bytes.prefix(writer.payloadLeft)
            let step =
                writer.prefixLeft == 0 ? carrier.write(UnsafeRawBufferPointer(rebasing: payload)) : writeHead(payload)
            guard case .bytes(let count) = step else { return step }
            let sent = writer.sent(count)
            if sent > 0 { return .bytes(sent) }
            // Only control frames were under way, and have left.
            if !writer.isInFrame { writer.begin(length: bytes.count) }
        }
    }

    /// Writes head and payload in one piece, so that they leave in one TLS record: the payload is copied behind the head,
    /// one record of it at most.
    private func writeHead(_ payload: Slice<UnsafeRawBufferPointer>) -> TransportStep {
        let prefix = writer.prefixLeft
        let count = min(payload.count, max(0, Self.recordSize - prefix))
        return withUnsafeTemporaryAllocation(byteCount: prefix + count, alignment: 16) { piece in
            writer.copyPrefix(to: piece)
            let rest = UnsafeMutableRawBufferPointer(rebasing: piece[prefix...])
            rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: payload.prefix(count)))
            return carrier.write(UnsafeRawBufferPointer(piece))
        }
    }

    private func writeAnswer(_ bytes: UnsafeRawBufferPointer) -> TransportStep {
        let step = carrier.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(answerLeft)))
        if case .bytes(let count) = step { answerLeft -= count }
        return step
    }

    func finish() -> TransportStep {
        guard isFramed else { return carrier.finish() }
        writer.close(closeCode)
        return writeControlFrames() ?? carrier.finish()
    }

    /// Writes the control frames that wait, unless a message is under way: then they come behind it.
    ///
    /// - Returns: What stands in the way of that; nil when none are left.
    private func writeControlFrames() -> TransportStep? {
        guard writer.hasControlFrames else { return nil }
        guard answerLeft == 0, writer.payloadLeft == 0 else { return .wantWrite }
        if !writer.isInFrame { writer.begin(length: 0) }
        while writer.isInFrame {
            let step = writeHead(UnsafeRawBufferPointer(start: nil, count: 0)[...])
            guard case .bytes(let count) = step else { return step }
            _ = writer.sent(count)
        }
        return nil
    }

    /// Bytes: the most that one TLS record carries (RFC 8446 § 5.1).
    private static let recordSize = 16 << 10
}
