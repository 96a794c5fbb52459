import CLDNS

/// A DNS answer as a value: what libldns read out of bytes that passed the pre-scan.
package struct Message: Sendable {
    package var responseCode: ResponseCode
    /// Whether the server says that it answers for the zone itself (AA).
    package var isAuthoritative: Bool
    package var answers: [Record]
    package var authorities: [Record]
    /// The reasons of RFC 8914, where the server gives some.
    package var extendedErrors: [ExtendedError]

    package init(
        responseCode: ResponseCode,
        isAuthoritative: Bool = false,
        answers: [Record] = [],
        authorities: [Record] = [],
        extendedErrors: [ExtendedError] = []
    ) {
        self.responseCode = responseCode
        self.isAuthoritative = isAuthoritative
        self.answers = answers
        self.authorities = authorities
        self.extendedErrors = extendedErrors
    }

    /// Parses an answer with libldns. Throws ``LDNSError/unparsablePacket(reason:)``.
    package init(_ answer: CheckedAnswer) throws(LDNSError) {
        let packet = try PacketHandle(parsing: answer)
        let lowBits = UInt16(ldns_pkt_get_rcode(packet.pointer).rawValue & 0xF)
        let highBits = UInt16(ldns_pkt_edns_extended_rcode(packet.pointer))
        self.init(
            responseCode: ResponseCode(rawValue: highBits << 4 | lowBits),
            isAuthoritative: ldns_pkt_aa(packet.pointer),
            answers: Self.records(ldns_pkt_answer(packet.pointer)),
            authorities: Self.records(ldns_pkt_authority(packet.pointer)),
            extendedErrors: Self.extendedErrors(ldns_pkt_edns_data(packet.pointer))
        )
    }

    private static func records(_ list: UnsafeMutablePointer<ldns_rr_list>?) -> [Record] {
        guard let list else { return [] }
        return (0..<ldns_rr_list_rr_count(list)).compactMap { index in
            ldns_rr_list_rr(list, index).flatMap { Record(copying: $0) }
        }
    }

    /// libldns 1.8.3 has no decoder for option 15, so its options are walked here.
    private static func extendedErrors(_ data: UnsafeMutablePointer<ldns_rdf>?) -> [ExtendedError] {
        guard let data else { return [] }
        var errors: [ExtendedError] = []
        var rest = NameHandle.bytes(of: data)[...]
        while rest.count >= 4 {
            let code = UInt16(rest[rest.startIndex]) << 8 | UInt16(rest[rest.startIndex + 1])
            let length = Int(rest[rest.startIndex + 2]) << 8 | Int(rest[rest.startIndex + 3])
            let value = rest.dropFirst(4).prefix(length)
            if code == ExtendedError.optionCode, let error = ExtendedError(option: value) {
                errors.append(error)
            }
            rest = rest.dropFirst(4 + length)
        }
        return errors
    }
}

/// A server's own reason for its answer (RFC 8914).
package struct ExtendedError: Hashable, Sendable {
    static let optionCode: UInt16 = 15

    package let code: UInt16
    /// The server's text with everything but printable ASCII left out; often empty.
    package let text: String

    package init(code: UInt16, text: String) {
        self.code = code
        self.text = text
    }

    init?(option: ArraySlice<UInt8>) {
        guard option.count >= 2 else { return nil }
        let bytes = Array(option)
        self.code = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        // Foreign text that goes to a terminal: no control characters.
        self.text = String(decoding: bytes.dropFirst(2).filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
    }
}
