import CLDNS
import Glibc

/// One resource record of class IN, as a value.
package struct Record: Hashable, Sendable {
    /// Whom the record belongs to.
    package var owner: DNSName
    /// Seconds that it may be kept. A resolver counts this down; only an authoritative answer shows the zone's own.
    package var timeToLive: UInt32
    /// What it says.
    package var data: RecordData

    package init(owner: DNSName, timeToLive: UInt32, data: RecordData) {
        self.owner = owner
        self.timeToLive = timeToLive
        self.data = data
    }

    /// The record's type.
    package var type: RecordType { data.type }
}

/// The data of a record, typed where the check looks inside.
package enum RecordData: Hashable, Sendable {
    case a(IPAddress)
    case aaaa(IPAddress)
    case cname(DNSName)
    case dname(DNSName)
    case ns(DNSName)
    case soa(StartOfAuthority)
    /// Any other type; `text` is its data as a zone file has it.
    case other(RecordType, text: String)

    /// The type that the data belongs to.
    package var type: RecordType {
        switch self {
        case .a: .a
        case .aaaa: .aaaa
        case .cname: .cname
        case .dname: .dname
        case .ns: .ns
        case .soa: .soa
        case .other(let type, _): type
        }
    }

    /// The address of an A or AAAA record.
    package var address: IPAddress? {
        switch self {
        case .a(let address), .aaaa(let address): address
        case .cname, .dname, .ns, .soa, .other: nil
        }
    }
}

/// The data of an SOA record (RFC 1035 § 3.3.13), times in seconds.
package struct StartOfAuthority: Hashable, Sendable {
    package var primary: DNSName
    package var mailbox: DNSName
    package var serial: UInt32
    package var refresh: UInt32
    package var retry: UInt32
    package var expire: UInt32
    /// How long "there is no such name" may be kept, at most (RFC 2308 § 4).
    package var minimum: UInt32
}

extension Record: CustomStringConvertible {
    /// The record as a zone file has it, one space between fields, the class left out.
    package var description: String {
        "\(owner) \(timeToLive) \(type) \(data)"
    }
}

extension RecordData: CustomStringConvertible {
    package var description: String {
        switch self {
        case .a(let address), .aaaa(let address): "\(address)"
        case .cname(let name), .dname(let name), .ns(let name): "\(name)"
        case .soa(let soa):
            "\(soa.primary) \(soa.mailbox) \(soa.serial) \(soa.refresh) \(soa.retry) \(soa.expire) \(soa.minimum)"
        case .other(_, let text): text
        }
    }
}

extension Record {
    /// Copies a record that stays the property of its packet or zone; nil for a class other than IN.
    init?(copying rr: UnsafePointer<ldns_rr>) {
        guard ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN, let owner = ldns_rr_owner(rr) else { return nil }
        self.init(
            owner: DNSName(uncheckedWire: NameHandle.bytes(of: owner)),
            timeToLive: ldns_rr_ttl(rr),
            data: RecordData(copying: rr)
        )
    }
}

extension RecordData {
    init(copying rr: UnsafePointer<ldns_rr>) {
        let type = RecordType(rawValue: UInt16(truncatingIfNeeded: ldns_rr_get_type(rr).rawValue))
        let fields = (0..<ldns_rr_rd_count(rr)).compactMap { ldns_rr_rdf(rr, $0) }
        func name(_ index: Int) -> DNSName? {
            guard index < fields.count, ldns_rdf_get_type(fields[index]) == LDNS_RDF_TYPE_DNAME else { return nil }
            return DNSName(uncheckedWire: NameHandle.bytes(of: fields[index]))
        }
        func address() -> IPAddress? { fields.first.flatMap { IPAddress(bytes: NameHandle.bytes(of: $0)) } }

        let typed: RecordData? =
            switch type {
            case .a: address().map(RecordData.a)
            case .aaaa: address().map(RecordData.aaaa)
            case .cname: name(0).map(RecordData.cname)
            case .dname: name(0).map(RecordData.dname)
            case .ns: name(0).map(RecordData.ns)
            case .soa: StartOfAuthority(fields: fields).map(RecordData.soa)
            default: nil
            }
        self = typed ?? .other(type, text: fields.map(Self.text).joined(separator: " "))
    }

    private static func text(of field: UnsafeMutablePointer<ldns_rdf>) -> String {
        guard let text = ldns_rdf2str(field) else { return "" }
        defer { free(text) }
        return String(cString: text)
    }
}

extension StartOfAuthority {
    fileprivate init?(fields: [UnsafeMutablePointer<ldns_rdf>]) {
        guard fields.count == 7 else { return nil }
        let numbers = fields.dropFirst(2).map { ldns_rdf2native_int32($0) }
        self.init(
            primary: DNSName(uncheckedWire: NameHandle.bytes(of: fields[0])),
            mailbox: DNSName(uncheckedWire: NameHandle.bytes(of: fields[1])),
            serial: numbers[0],
            refresh: numbers[1],
            retry: numbers[2],
            expire: numbers[3],
            minimum: numbers[4]
        )
    }
}
