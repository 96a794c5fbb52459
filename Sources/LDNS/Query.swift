import CLDNS
import Glibc

/// One question to one server, with the marks by which its answer is known again.
package struct Query: Sendable {
    /// RFC 1035 § 4.1.1: the fixed header.
    static let headerLength = 12

    package let name: DNSName
    package let type: RecordType
    /// The random number that the answer must repeat.
    package let identifier: UInt16
    /// The whole message without the TCP length prefix.
    package let wire: [UInt8]
    /// The question section as sent, the case of its letters included.
    let question: ArraySlice<UInt8>

    /// Builds a query that wants recursion.
    ///
    /// `mixedCase` gives every letter a random case, so that a forger has to guess those bits as well
    /// (draft-vixie-dnsext-dns0x20). `payloadSize` adds an EDNS record that announces it; nil leaves EDNS out.
    package init(
        name: DNSName,
        type: RecordType,
        mixedCase: Bool,
        payloadSize: UInt16?,
        using generator: inout some RandomNumberGenerator
    ) throws(LDNSError) {
        let identifier = UInt16.random(in: .min ... .max, using: &generator)
        let written = mixedCase ? name.wire(mixingCase: { Bool.random(using: &generator) }) : name.wire
        let packet = try PacketHandle(query: NameHandle(wire: written), type: type)
        ldns_pkt_set_id(packet.pointer, identifier)
        if let payloadSize {
            ldns_pkt_set_edns_udp_size(packet.pointer, payloadSize)
        }
        let wire = try packet.wire(named: name)
        let questionEnd = Self.headerLength + name.wire.count + 4
        guard wire.count >= questionEnd else {
            throw .unbuildableQuery(name: name.description, reason: "the message has only \(wire.count) bytes")
        }
        self.name = name
        self.type = type
        self.identifier = identifier
        self.wire = wire
        self.question = wire[Self.headerLength..<questionEnd]
    }
}

/// The one owner of an `ldns_pkt`.
struct PacketHandle: ~Copyable {
    let pointer: UnsafeMutablePointer<ldns_pkt>

    init(query name: consuming NameHandle, type: RecordType) throws(LDNSError) {
        let text = name.text
        let type = ldns_rr_type(rawValue: UInt32(type.rawValue))
        // ldns_pkt_query_new takes the name over, and frees nothing when it fails: then the name is lost with the memory.
        guard let packet = ldns_pkt_query_new(name.release(), type, LDNS_RR_CLASS_IN, UInt16(LDNS_RD)) else {
            throw .unbuildableQuery(name: text, reason: "out of memory")
        }
        self.pointer = packet
    }

    /// Parses bytes that the pre-scan has passed.
    init(parsing answer: CheckedAnswer) throws(LDNSError) {
        var packet: UnsafeMutablePointer<ldns_pkt>?
        let status = ldns_wire2pkt(&packet, answer.bytes, answer.bytes.count)
        guard status == LDNS_STATUS_OK, let packet else {
            throw .unparsablePacket(reason: LDNSError.text(of: status))
        }
        self.pointer = packet
    }

    deinit {
        ldns_pkt_free(pointer)
    }

    func wire(named name: DNSName) throws(LDNSError) -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = ldns_pkt2wire(&bytes, pointer, &count)
        guard status == LDNS_STATUS_OK, let bytes else {
            throw .unbuildableQuery(name: name.description, reason: LDNSError.text(of: status))
        }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
