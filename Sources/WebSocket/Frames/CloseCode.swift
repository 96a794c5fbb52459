/// Why a WebSocket is closed, by the number that goes over the wire (RFC 6455 § 7.4.1).
package struct CloseCode: RawRepresentable, Hashable, Sendable {
    /// The number.
    package let rawValue: UInt16

    /// Any number; whether it may stand in a Close frame says `isAllowedOnWire`.
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// What the connection was made for is done.
    package static let normal = CloseCode(rawValue: 1000)
    /// This side goes down.
    package static let goingAway = CloseCode(rawValue: 1001)
    /// The other side broke the protocol.
    package static let protocolError = CloseCode(rawValue: 1002)
    /// Data of a kind that is not taken: MQTT is binary.
    package static let unsupportedData = CloseCode(rawValue: 1003)
    /// Text that is no UTF-8.
    package static let invalidData = CloseCode(rawValue: 1007)
    /// The other side may not do what it wants to.
    package static let policyViolation = CloseCode(rawValue: 1008)
    /// More bytes than are taken.
    package static let messageTooBig = CloseCode(rawValue: 1009)
    /// This side failed.
    package static let internalError = CloseCode(rawValue: 1011)

    /// May a Close frame carry it? 1004 to 1006 and 1015 mean something locally only; what no registry gives out is a
    /// mistake. 3000 to 4999 are for libraries and applications (RFC 6455 § 7.4.2).
    package var isAllowedOnWire: Bool {
        switch rawValue {
        // 1012 to 1014 came later: the IANA registry "WebSocket Close Code Number".
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// What a Close frame says: its body.
package struct CloseStatus: Hashable, Sendable {
    /// The reason; nil for a Close frame without a body.
    package let code: CloseCode?

    /// Reads the body of a Close frame. The words behind the code are checked and dropped: nobody logs what a stranger
    /// writes.
    package init(parsing body: [UInt8]) throws(FrameViolation) {
        guard !body.isEmpty else {
            code = nil
            return
        }
        // RFC 6455 § 5.5.1: "the first two bytes of the body MUST be a 2-byte unsigned integer".
        guard body.count >= 2 else { throw .closeBodyTooShort }
        let code = CloseCode(rawValue: UInt16(body[0]) << 8 | UInt16(body[1]))
        guard code.isAllowedOnWire else { throw .closeCodeNotAllowed(code) }
        // RFC 6455 § 8.1
        guard String(validating: body[2...], as: UTF8.self) != nil else { throw .closeReasonNotUTF8 }
        self.code = code
    }
}
