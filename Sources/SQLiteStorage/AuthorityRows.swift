import FoundationEssentials
import GRDB
import Registry

/// The CA registry's rows.
enum AuthorityRows {
    static func readAll(
        _ database: Database,
        facts: [Fingerprint: CertificateDescription]
    ) throws -> [RegisteredCA] {
        try StoredRow.fetchAll(database, table: "ca").map { row in
            guard let certificate = facts[try row.fingerprint("fingerprint")] else {
                throw row.unreadable("fingerprint")
            }
            return RegisteredCA(
                name: try row.objectName("name"),
                certificate: certificate,
                der: try row.bytes("der"),
                state: try row.parsed("state", CAState.init(rawValue:)),
                registeredAt: try row.date("registeredAt")
            )
        }
    }

    static func write(
        _ after: [Fingerprint: RegisteredCA],
        over before: [Fingerprint: RegisteredCA],
        to database: Database
    ) throws {
        for fingerprint in before.keys where after[fingerprint] == nil {
            let key = Data(fingerprint.bytes)
            try database.execute(sql: "DELETE FROM ca WHERE fingerprint = ?", arguments: [key])
            try CertificateRows.removeIfUnused(fingerprint, from: database)
        }
        for (fingerprint, authority) in after where authority != before[fingerprint] {
            try CertificateRows.insert(authority.certificate, into: database)
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO ca (fingerprint, name, der, state, registeredAt) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Data(fingerprint.bytes), authority.name?.text, Data(authority.der), authority.state.rawValue,
                    authority.registeredAt.milliseconds,
                ]
            )
        }
    }
}
