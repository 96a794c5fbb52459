import CLDNS
import Glibc

/// A DNS record type by its number (IANA "Resource Record (RR) TYPEs").
package struct RecordType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let a = RecordType(rawValue: 1)
    package static let ns = RecordType(rawValue: 2)
    package static let cname = RecordType(rawValue: 5)
    package static let soa = RecordType(rawValue: 6)
    package static let txt = RecordType(rawValue: 16)
    package static let aaaa = RecordType(rawValue: 28)
    package static let dname = RecordType(rawValue: 39)
    package static let opt = RecordType(rawValue: 41)
    package static let ds = RecordType(rawValue: 43)
    package static let rrsig = RecordType(rawValue: 46)
    package static let nsec = RecordType(rawValue: 47)
    package static let dnskey = RecordType(rawValue: 48)
    package static let nsec3 = RecordType(rawValue: 50)
    package static let caa = RecordType(rawValue: 257)
}

extension RecordType: CustomStringConvertible {
    /// The mnemonic (`CNAME`), or `TYPE65` for a number without one.
    package var description: String {
        guard let text = ldns_rr_type2str(ldns_rr_type(rawValue: UInt32(rawValue))) else { return "TYPE\(rawValue)" }
        defer { free(text) }
        return String(cString: text)
    }
}
