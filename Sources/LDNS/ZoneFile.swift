import CLDNS
import Glibc

/// A zone read from an RFC 1035 file, record by record, each with its line.
///
/// `ldns_zone_new_frm_fp_l` is not used: with libldns 1.8.3 a second SOA is a use after free and an error leaks the zone.
package struct ZoneFile: Sendable {
    /// A record and where it stands.
    package struct Entry: Hashable, Sendable {
        package let record: Record
        /// Counted from 1.
        package let line: Int
    }

    /// As the caller named the file; used in messages.
    package let path: String
    /// The zone's own name: the SOA's owner, or the origin given for a file without SOA.
    package let origin: DNSName
    package let entries: [Entry]

    /// Bytes of a zone file; a larger one is refused.
    package static let maximumSize = 64 << 20
    /// What BIND and NSD take for a record without TTL and a file without `$TTL`, in seconds.
    package static let defaultTimeToLive: UInt32 = 3600

    /// Reads a file. `origin` is what relative names belong to until the file has an `$ORIGIN`. Blocks on the disk.
    package static func read(path: String, origin: DNSName? = nil) throws(ZoneFileError) -> ZoneFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
        defer { close(descriptor) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, errno: errno) }
            guard count > 0 else { break }
            contents += chunk[..<count]
            guard contents.count <= maximumSize else { throw .tooLarge(path: path, limit: maximumSize) }
        }
        return try ZoneFile(contents: contents, path: path, origin: origin)
    }

    /// Reads the text of a zone; `path` is only used in messages.
    package init(contents: [UInt8], path: String, origin: DNSName? = nil) throws(ZoneFileError) {
        var reader = try ZoneReader(contents: contents, path: path, origin: origin)
        var entries: [Entry] = []
        var authority: (owner: DNSName, line: Int)?
        while let entry = try reader.next() {
            if entry.record.type == .soa {
                if let authority {
                    throw .secondAuthority(path: path, line: entry.line, first: authority.line)
                }
                authority = (entry.record.owner, entry.line)
            }
            entries.append(entry)
        }
        guard let zone = authority?.owner ?? origin else { throw .noAuthority(path: path) }
        if let stray = entries.first(where: { !$0.record.owner.isAtOrBelow(zone) }) {
            throw .outOfZone(path: path, line: stray.line, owner: stray.record.owner, zone: zone)
        }
        self.path = path
        self.origin = zone
        self.entries = entries
    }
}

/// Why a zone file cannot be used, with the place.
package enum ZoneFileError: Error, Hashable {
    case unreadable(path: String, errno: Int32)
    case tooLarge(path: String, limit: Int)
    case syntax(path: String, line: Int, reason: String)
    case directive(path: String, line: Int, name: String)
    case originMissing(path: String, line: Int)
    case recordClass(path: String, line: Int)
    case secondAuthority(path: String, line: Int, first: Int)
    case noAuthority(path: String)
    case outOfZone(path: String, line: Int, owner: DNSName, zone: DNSName)
}

extension ZoneFileError: CustomStringConvertible {
    /// `file:line: what was found, what is needed`.
    package var description: String {
        switch self {
        case .unreadable(let path, let errno): "\(path): cannot be read: \(String(cString: strerror(errno)))"
        case .tooLarge(let path, let limit): "\(path): larger than \(limit) bytes, the most that is read"
        case .syntax(let path, let line, let reason): "\(path):\(line): \(reason)"
        case .directive(let path, let line, let name):
            "\(path):\(line): \(name) is not read; put the records in place of it"
        case .originMissing(let path, let line):
            "\(path):\(line): a relative name and no $ORIGIN above it; begin the file with $ORIGIN or give FILE:ORIGIN"
        case .recordClass(let path, let line): "\(path):\(line): a record of another class than IN"
        case .secondAuthority(let path, let line, let first):
            "\(path):\(line): a second SOA (the first is in line \(first)); a file holds one zone"
        case .noAuthority(let path):
            "\(path): no SOA record, so the zone's name is not known; give it as FILE:ORIGIN"
        case .outOfZone(let path, let line, let owner, let zone):
            "\(path):\(line): \(owner) does not belong to the zone \(zone)"
        }
    }
}
