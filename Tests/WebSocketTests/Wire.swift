import WebSocket

/// Bytes written as hex digits and quoted ASCII: `"81 05 'Hello'"`.
func wire(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var digits = ""
    for (index, part) in text.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
        if index.isMultiple(of: 2) {
            for digit in part where digit != " " {
                digits.append(digit)
                if digits.count == 2, let byte = UInt8(digits, radix: 16) {
                    bytes.append(byte)
                    digits = ""
                }
            }
        } else {
            bytes += part.utf8
        }
    }
    precondition(digits.isEmpty, "half a byte in \(text)")
    return bytes
}

/// A frame as a client sends it.
func frame(
    _ opcode: UInt8,
    _ payload: [UInt8] = [],
    isFinal: Bool = true,
    mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
) -> [UInt8] {
    let length: [UInt8] =
        switch payload.count {
        case ..<126: [UInt8(payload.count)]
        case ..<65_536: [126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: [127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
    let masked = payload.enumerated().map { $1 ^ mask[$0 % 4] }
    return [(isFinal ? 0x80 : 0) | opcode, 0x80 | length[0]] + length.dropFirst() + mask + masked
}

/// What came out of a decoder.
struct Decoded: Hashable {
    var payload: [UInt8] = []
    var pings: [[UInt8]] = []
    var end: FrameDecoder.End?
}

/// Decodes bytes that come in pieces of these sizes, again and again; the last size holds for the rest.
func decode(_ bytes: [UInt8], inPiecesOf sizes: [Int] = [.max]) -> Decoded {
    var decoder = FrameDecoder()
    var result = Decoded()
    var rest = bytes[...]
    var turn = 0
    while !rest.isEmpty {
        var piece = Array(rest.prefix(sizes[min(turn, sizes.count - 1)]))
        rest = rest.dropFirst(piece.count)
        turn += 1
        let count = piece.withUnsafeMutableBytes { decoder.decode($0) }
        result.payload += piece.prefix(count)
        if let ping = decoder.takePing() { result.pings.append(ping) }
    }
    result.end = decoder.end
    return result
}
