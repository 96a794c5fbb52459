extension ByteCursor {
    /// A reason code that `packet` may carry from `origin`.
    mutating func reasonCode(_ packet: PacketType, _ origin: PacketOrigin) throws(CodecError) -> ReasonCode {
        let byte = try byte(.reasonCode)
        guard let code = ReasonCode(rawValue: byte) else { throw .unknownReasonCode(packet, found: byte) }
        guard code.isAllowed(in: packet, from: origin) else {
            throw .reasonCodeNotAllowed(code, in: packet, from: origin)
        }
        return code
    }
}

extension ByteSink {
    /// Writes a reason code that `packet` may carry from `origin`.
    mutating func append(_ code: ReasonCode, in packet: PacketType, from origin: PacketOrigin) throws(CodecError) {
        guard code.isAllowed(in: packet, from: origin) else {
            throw .reasonCodeNotAllowed(code, in: packet, from: origin)
        }
        append(code.rawValue)
    }
}
