/// Puts frames around what a server sends: keeps count of what has to leave before the next byte of payload may.
///
/// Holds no payload. The caller asks for the prefix, writes it together with the payload, and tells how much of both
/// has left; after a write that was put off the same bytes stand at the front again.
package struct FrameWriter: ~Copyable {
    /// Control frames that wait for the present frame to end.
    private var waiting: [UInt8] = []
    /// Control frames that go before the present frame.
    private var leading: [UInt8] = []
    private var headSize = 0
    private var frameLength = 0
    /// Bytes of the leading control frames and the head that have left.
    private var prefixSent = 0
    private var hasClosed = false
    /// Bytes of the present frame's payload still to leave.
    package private(set) var payloadLeft = 0

    package init() {}

    /// Has a frame been begun and not left entirely?
    package var isInFrame: Bool { prefixLeft > 0 || payloadLeft > 0 }

    /// Are there control frames that no payload is about to take along?
    package var hasControlFrames: Bool { !waiting.isEmpty || (frameLength == 0 && prefixLeft > 0) }

    /// Bytes that must leave before the next byte of payload.
    package var prefixLeft: Int { leading.count + headSize - prefixSent }

    /// Begins a binary message of `length` bytes, or with 0 lets only the waiting control frames go.
    package mutating func begin(length: Int) {
        precondition(!isInFrame, "A frame is begun when the one before it has left.")
        leading = waiting
        waiting = []
        headSize = length == 0 ? 0 : FrameHead.size(of: length)
        frameLength = length
        payloadLeft = length
        prefixSent = 0
    }

    /// Copies the bytes that must leave first; `room` holds at least `prefixLeft`.
    package func copyPrefix(to room: UnsafeMutableRawBufferPointer) {
        withUnsafeTemporaryAllocation(byteCount: leading.count + headSize, alignment: 8) { prefix in
            prefix.copyBytes(from: leading)
            if headSize > 0 {
                let head = UnsafeMutableRawBufferPointer(rebasing: prefix[leading.count...])
                FrameHead.write(.binary, length: frameLength, to: head)
            }
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: prefix[prefixSent...]))
        }
    }

    /// So many bytes of prefix and payload have left.
    ///
    /// - Returns: How many of them were payload.
    package mutating func sent(_ count: Int) -> Int {
        let prefix = min(count, prefixLeft)
        prefixSent += prefix
        if prefixLeft == 0, !leading.isEmpty || headSize > 0 {
            leading = []
            headSize = 0
            prefixSent = 0
        }
        payloadLeft -= count - prefix
        return count - prefix
    }

    /// Has the answer to a ping leave as soon as the present frame has. It takes the place of an answer that still waits.
    package mutating func answer(ping payload: [UInt8]) {
        guard !hasClosed else { return }
        waiting = Self.controlFrame(.pong, payload)
    }

    /// Has a Close frame leave, the last frame of all; the second one is left out.
    package mutating func close(_ code: CloseCode?) {
        guard !hasClosed else { return }
        hasClosed = true
        let body = code.map { [UInt8($0.rawValue >> 8), UInt8(truncatingIfNeeded: $0.rawValue)] } ?? []
        waiting += Self.controlFrame(.close, body)
    }

    private static func controlFrame(_ opcode: FrameHead.Opcode, _ payload: [UInt8]) -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: 2)
        frame.withUnsafeMutableBytes { FrameHead.write(opcode, length: payload.count, to: $0) }
        return frame + payload
    }
}
