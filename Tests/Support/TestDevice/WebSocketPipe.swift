/// The client's side of a WebSocket over another pipe: frames around what it sends, and off what it receives.
///
/// Written by the standard alone (RFC 6455), so that it agrees with no mistake of the server's.
package final class WebSocketPipe: BytePipe {
    /// What came that was no data.
    package enum Control: Hashable, Sendable {
        case ping([UInt8])
        case pong([UInt8])
        case close(UInt16?)
    }

    /// The pipe underneath.
    package let carrier: any BytePipe
    /// The control frames that have come, in order.
    package private(set) var controls: [Control] = []
    /// The lengths of the data frames that have come, in order.
    package private(set) var frameLengths: [Int] = []
    private var unread: [UInt8] = []

    /// A WebSocket that has begun: see `upgrade`.
    package init(over carrier: any BytePipe) { self.carrier = carrier }

    /// The key of RFC 6455's example, and what answers it.
    package static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    package static let acceptance = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    /// A request as a client makes it.
    package static func request(path: String = "/mqtt", subprotocol: String = "mqtt", fields: [String] = []) -> String {
        let lines = [
            "GET \(path) HTTP/1.1", "Host: gateway.example.net", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: \(subprotocol)",
        ]
        return (lines + fields).map { $0 + "\r\n" }.joined() + "\r\n"
    }

    /// Sends a request and reads the answer's head, all of it.
    package func upgrade(
        _ request: String = request(),
        by deadline: ContinuousClock.Instant
    ) throws(PipeError) -> String {
        try carrier.send(Array(request.utf8), by: deadline)
        while true {
            let text = String(decoding: unread, as: UTF8.self)
            if let end = unread.indices.first(where: { unread[$0...].starts(with: Array("\r\n\r\n".utf8)) }) {
                let head = String(decoding: unread[..<(end + 4)], as: UTF8.self)
                unread.removeFirst(end + 4)
                return head
            }
            let bytes = try carrier.receive(upTo: 4096, by: deadline)
            guard !bytes.isEmpty else { throw .failed("the answer ended at: \(text)") }
            unread += bytes
        }
    }

    /// Sends one frame.
    package func sendFrame(
        _ opcode: UInt8,
        _ payload: [UInt8],
        isFinal: Bool = true,
        by deadline: ContinuousClock.Instant
    ) throws(PipeError) {
        try carrier.send(Self.frame(opcode, payload, isFinal: isFinal), by: deadline)
    }

    /// A masked frame.
    package static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        let length: [UInt8] =
            switch payload.count {
            case ..<126: [UInt8(payload.count)]
            case ..<65_536: [126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
            default: [127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
            }
        return [(isFinal ? 0x80 : 0) | opcode, 0x80 | length[0]] + length.dropFirst() + mask
            + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    package func send(_ bytes: [UInt8], by deadline: ContinuousClock.Instant) throws(PipeError) {
        try sendFrame(2, bytes, by: deadline)
    }

    /// The payload of the next data frame, whatever the limit; empty once the server has said Close or gone.
    package func receive(upTo limit: Int, by deadline: ContinuousClock.Instant) throws(PipeError) -> [UInt8] {
        while true {
            guard let (opcode, payload) = try receiveFrame(by: deadline) else { return [] }
            switch opcode {
            case 2:
                frameLengths.append(payload.count)
                return payload
            case 8:
                controls.append(.close(payload.count < 2 ? nil : UInt16(payload[0]) << 8 | UInt16(payload[1])))
                return []
            case 9: controls.append(.ping(payload))
            case 10: controls.append(.pong(payload))
            default: throw .failed("a frame with opcode \(opcode)")
            }
        }
    }

    package func finishSending() { carrier.finishSending() }

    package func close() { carrier.close() }

    private func receiveFrame(by deadline: ContinuousClock.Instant) throws(PipeError) -> (UInt8, [UInt8])? {
        guard let head = try take(2, by: deadline) else { return nil }
        guard head[0] & 0xF0 == 0x80, head[1] & 0x80 == 0 else { throw .failed("a frame begins with \(head)") }
        var length = Int(head[1])
        if length > 125 {
            guard let bytes = try take(length == 126 ? 2 : 8, by: deadline) else { return nil }
            length = bytes.reduce(0) { $0 << 8 | Int($1) }
        }
        return try take(length, by: deadline).map { (head[0] & 0x0F, $0) }
    }

    private func take(_ count: Int, by deadline: ContinuousClock.Instant) throws(PipeError) -> [UInt8]? {
        while unread.count < count {
            let bytes = try carrier.receive(upTo: 65_536, by: deadline)
            guard !bytes.isEmpty else { return nil }
            unread += bytes
        }
        defer { unread.removeFirst(count) }
        return Array(unread.prefix(count))
    }
}
