import FoundationEssentials
import GRDB
import Registry

/// The server certificate slots' rows, with what they served before during a grace period.
enum SlotRows {
    static func readAll(_ database: Database) throws -> [ServerCertificateSlot: SlotBinding] {
        let superseded = try readSuperseded(database)
        var slots: [ServerCertificateSlot: SlotBinding] = [:]
        for row in try StoredRow.fetchAll(database, table: "slot") {
            let slot = try row.slot("slot")
            slots[slot] = SlotBinding(
                certificate: try row.fingerprint("certificate"),
                boundAt: try row.date("boundAt"),
                superseded: superseded[slot]
            )
        }
        return slots
    }

    /// Takes out what is no longer as it was; certificates can be deleted then. What a slot served before goes with it.
    static func removeChanged(_ transition: ClusterTransition, from database: Database) throws {
        let (before, after) = (transition.before.slots, transition.after.slots)
        for slot in before.keys where after[slot] != before[slot] {
            try database.execute(sql: "DELETE FROM slot WHERE slot = ?", arguments: [slot.description])
        }
    }

    /// Puts in what is not as it was; the certificates have to be there.
    static func insertChanged(_ transition: ClusterTransition, into database: Database) throws {
        for (slot, binding) in transition.after.slots where binding != transition.before.slots[slot] {
            try database.execute(
                sql: "INSERT INTO slot (slot, certificate, boundAt) VALUES (?, ?, ?)",
                arguments: [slot.description, Data(binding.certificate.bytes), binding.boundAt.milliseconds]
            )
            guard let superseded = binding.superseded else { continue }
            try database.execute(
                sql: "INSERT INTO supersededCertificate (slot, certificate, since, graceUntil) VALUES (?, ?, ?, ?)",
                arguments: [
                    slot.description, Data(superseded.certificate.bytes), superseded.since.milliseconds,
                    superseded.until.milliseconds,
                ]
            )
        }
    }

    private static func readSuperseded(
        _ database: Database
    ) throws -> [ServerCertificateSlot: SupersededCertificate] {
        var superseded: [ServerCertificateSlot: SupersededCertificate] = [:]
        for row in try StoredRow.fetchAll(database, table: "supersededCertificate") {
            superseded[try row.slot("slot")] = SupersededCertificate(
                certificate: try row.fingerprint("certificate"),
                since: try row.date("since"),
                until: try row.date("graceUntil")
            )
        }
        return superseded
    }
}

extension StoredRow {
    func slot(_ column: String) throws -> ServerCertificateSlot {
        try parsed(column) { text in try? ServerCertificateSlot(text) }
    }
}
