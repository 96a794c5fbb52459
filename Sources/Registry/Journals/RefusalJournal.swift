import Synchronization

package import struct FoundationEssentials.Date

/// The last refusals, found by whatever somebody knows of a device: `sluice explain`.
///
/// In memory alone. The same client refused again for the same reason is one record with a count, so that a device that
/// tries every second fills no more than its place. Bounded in records and bytes; the record that was quiet the longest
/// goes first. Records without a certificate and without a client id, such as those of port scanners, push out only each
/// other once they fill a quarter. A note costs one lock and some hash look-ups, however full the journal is.
package final class RefusalJournal: Sendable {
    private let table: Mutex<RefusalTable>

    /// Records kept, unless said otherwise.
    package static let defaultCapacity = 8_192
    /// Bytes of text kept, unless said otherwise: 8 MiB.
    package static let defaultByteLimit = 8 << 20
    /// The longest text of a note in bytes of UTF-8; what is longer is cut.
    package static let maximumTextLength = 512

    /// A journal of so many records and bytes.
    package init(capacity: Int = defaultCapacity, byteLimit: Int = defaultByteLimit) {
        table = Mutex(RefusalTable(capacity: max(1, capacity), byteLimit: byteLimit))
    }

    /// Remembers a refusal. From any thread.
    package func note(_ note: RefusalNote) {
        let bounded = note.bounded(to: Self.maximumTextLength)
        table.withLock { $0.note(bounded) }
    }

    /// The refusals of whoever the query names, the last ones first.
    ///
    /// The query is a client id, a serial number, a common name, an address or a server name, whole; or a fingerprint by its
    /// first digits, four at least. What it could be, it is looked up as. O(matches).
    package func find(_ query: String, limit: Int = 20) -> RefusalFindings {
        let traces = RefusalTrace.traces(of: query)
        return table.withLock { table in
            RefusalFindings(
                query: query,
                records: table.find(traces.keys, where: traces.isMatch, limit: max(0, limit)),
                searched: table.count,
                since: table.oldestTime
            )
        }
    }

    /// The last refusals of all, the last ones first.
    package func recent(_ limit: Int) -> [RefusalRecord] {
        table.withLock { $0.recent(max(0, limit)) }
    }

    /// How many records there are.
    package var count: Int { table.withLock { $0.count } }
}

/// What a look into the journal found.
package struct RefusalFindings: Hashable, Sendable {
    /// What was looked for.
    package let query: String
    /// The refusals, the last ones first.
    package let records: [RefusalRecord]
    /// How many records the journal holds.
    package let searched: Int
    /// How far back the journal reaches; `nil` when it is empty.
    package let since: Date?
}

extension RefusalNote {
    /// The note with its texts cut, so that a client id of 64 KiB takes no more room than another's.
    fileprivate func bounded(to limit: Int) -> RefusalNote {
        var note = self
        note.reason = note.reason.cut(to: limit)
        note.words = note.words.cut(to: limit)
        note.remedy = note.remedy.cut(to: limit)
        note.accessPoint = note.accessPoint.cut(to: limit)
        note.address = note.address.cut(to: limit)
        note.serverName = note.serverName?.cut(to: limit)
        note.commonName = note.commonName?.cut(to: limit)
        note.clientID = note.clientID?.cut(to: limit)
        note.alert = note.alert?.cut(to: limit)
        note.connack = note.connack?.cut(to: limit)
        note.state = note.state?.cut(to: limit)
        note.rule = note.rule?.cut(to: limit)
        // A serial number is at most 20 bytes (RFC 5280 § 4.1.2.2); one that is not is not worth its room.
        if let serial = note.serial, serial.hex.utf8.count > limit { note.serial = nil }
        return note
    }
}
