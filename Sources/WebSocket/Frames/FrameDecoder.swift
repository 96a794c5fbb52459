/// Takes a client's frames apart, in the buffer they were read into.
///
/// What frames carry comes out as one stream of bytes: MQTT packets do not care where frames begin and end
/// [MQTT-6.0.0-2]. Keeps nothing of it; between two calls it remembers at most a piece of a head or a control frame.
package struct FrameDecoder: ~Copyable {
    /// How the client's direction ended.
    package enum End: Hashable, Sendable {
        /// The client said so in order.
        case closed(CloseStatus)
        /// The client broke the rules.
        case violated(FrameViolation)
    }

    /// Set once the client's direction has ended; whatever else comes is ignored.
    package private(set) var end: End?

    /// Bytes of the present frame's payload still to come.
    private var remaining = 0
    private var mask: UInt32 = 0
    /// The control frame whose payload is being collected.
    private var control: FrameHead.Opcode?
    private var isInMessage = false
    /// A head of which the last bytes are still to come.
    private var partialHead: [UInt8] = []
    private var controlPayload: [UInt8] = []
    private var ping: [UInt8]?

    package init() {}

    /// Goes on with the bytes that came next. The payload of data frames is unmasked and moved to the front of `bytes`.
    ///
    /// - Returns: How many bytes of payload lie at the front now; what is behind them has no meaning any more.
    package mutating func decode(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        var produced = 0
        var position = 0
        do throws(FrameViolation) {
            while position < bytes.count, end == nil {
                if remaining == 0, control == nil {
                    position += try readHead(UnsafeRawBufferPointer(rebasing: bytes[position...]))
                } else {
                    let count = min(remaining, bytes.count - position)
                    if control == nil {
                        produced += moveDown(bytes, from: position, to: produced, count)
                    } else {
                        collect(UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)]))
                    }
                    position += count
                }
                if remaining == 0, let control { try finish(control) }
            }
        } catch {
            end = .violated(error)
        }
        return produced
    }

    /// The payload of the last ping that came, once: older ones need no answer (RFC 6455 § 5.5.3).
    package mutating func takePing() -> [UInt8]? { ping.take() }

    /// Reads a head, or the next piece of one.
    ///
    /// - Returns: How many of the bytes it took.
    private mutating func readHead(_ bytes: UnsafeRawBufferPointer) throws(FrameViolation) -> Int {
        if partialHead.isEmpty {
            if let (head, size) = try FrameHead.parse(bytes) {
                try begin(head)
                return size
            }
            partialHead.append(contentsOf: bytes)
            return bytes.count
        }
        // The rest of a torn head, byte by byte: at most thirteen.
        for (index, byte) in bytes.enumerated() {
            partialHead.append(byte)
            let parsed = try partialHead.withUnsafeBufferPointer { torn throws(FrameViolation) in
                try FrameHead.parse(UnsafeRawBufferPointer(torn))
            }
            if let (head, _) = parsed {
                partialHead.removeAll(keepingCapacity: true)
                try begin(head)
                return index + 1
            }
        }
        return bytes.count
    }

    private mutating func begin(_ head: FrameHead) throws(FrameViolation) {
        switch head.opcode {
        case .binary:
            guard !isInMessage else { throw .messageNotEnded }
            isInMessage = !head.isFinal
        case .continuation:
            guard isInMessage else { throw .nothingToContinue }
            isInMessage = !head.isFinal
        case .close, .ping, .pong:
            control = head.opcode
        }
        remaining = head.length
        mask = head.mask
    }

    private mutating func moveDown(
        _ bytes: UnsafeMutableRawBufferPointer,
        from source: Int,
        to target: Int,
        _ count: Int
    ) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        mask = Masking.unmask(base + source, to: base + target, count: count, mask: mask)
        remaining -= count
        return count
    }

    private mutating func collect(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            controlPayload.append(byte ^ UInt8(truncatingIfNeeded: mask))
            mask = mask >> 8 | mask << 24
        }
        remaining -= bytes.count
    }

    private mutating func finish(_ opcode: FrameHead.Opcode) throws(FrameViolation) {
        control = nil
        let payload = controlPayload
        controlPayload = []
        switch opcode {
        case .close: end = .closed(try CloseStatus(parsing: payload))
        case .ping: ping = payload
        // An answer to nothing, or a sign of life: RFC 6455 § 5.5.3 expects no response.
        case .pong: break
        case .binary, .continuation: break
        }
    }
}
