import FoundationEssentials
import GRDB
import Registry

/// The facts of certificates, shared by all that are known for whatever reason.
enum CertificateRows {
    /// All facts by fingerprint.
    static func readAll(_ database: Database) throws -> [Fingerprint: CertificateDescription] {
        var names: [Fingerprint: [DomainName]] = [:]
        let nameRows = try StoredRow.fetchAll(database, table: "certificateName", order: "certificate, position")
        for row in nameRows {
            let name = try row.parsed("name") { text in try? DomainName(text) }
            names[try row.fingerprint("certificate"), default: []].append(name)
        }
        var facts: [Fingerprint: CertificateDescription] = [:]
        for row in try StoredRow.fetchAll(database, table: "certificate") {
            let fingerprint = try row.fingerprint("fingerprint")
            facts[fingerprint] = CertificateDescription(
                fingerprint: fingerprint,
                serial: try row.parsed("serial", SerialNumber.init(hex:)),
                subject: try row.text("subject"),
                issuer: try row.text("issuer"),
                commonName: try row.optionalText("commonName"),
                organizationalUnit: try row.optionalText("organizationalUnit"),
                names: names[fingerprint] ?? [],
                notBefore: try row.date("notBefore"),
                notAfter: try row.date("notAfter"),
                key: try readKey(row)
            )
        }
        return facts
    }

    /// Adds the facts unless they are there: the same certificate may be hosted and be a CA.
    static func insert(_ facts: CertificateDescription, into database: Database) throws {
        let key = columns(of: facts.key)
        try database.execute(
            sql: """
                INSERT INTO certificate (fingerprint, serial, subject, issuer, commonName, organizationalUnit,
                                         notBefore, notAfter, keyKind, keyBits, keyName)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """,
            arguments: [
                Data(facts.fingerprint.bytes), facts.serial.hex, facts.subject, facts.issuer, facts.commonName,
                facts.organizationalUnit, facts.notBefore.milliseconds, facts.notAfter.milliseconds,
                key.kind, key.bits, key.name,
            ]
        )
        guard database.changesCount > 0 else { return }
        for (position, name) in facts.names.enumerated() {
            try database.execute(
                sql: "INSERT INTO certificateName (certificate, position, name) VALUES (?, ?, ?)",
                arguments: [Data(facts.fingerprint.bytes), position, name.text]
            )
        }
    }

    /// Takes the facts out if nothing refers to them any more.
    static func removeIfUnused(_ fingerprint: Fingerprint, from database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM certificate WHERE fingerprint = :fingerprint
                AND NOT EXISTS (SELECT 1 FROM hostedCertificate WHERE fingerprint = :fingerprint)
                AND NOT EXISTS (SELECT 1 FROM ca WHERE fingerprint = :fingerprint)
                """,
            arguments: ["fingerprint": Data(fingerprint.bytes)]
        )
    }

    private static func columns(of key: CertificateKey) -> (kind: String, bits: Int?, name: String?) {
        switch key {
        case .rsa(let bits): ("rsa", bits, nil)
        case .ec(let curve, let bits): ("ec", bits, curve)
        case .ed25519: ("ed25519", nil, nil)
        case .other(let name): ("other", nil, name)
        }
    }

    private static func readKey(_ row: StoredRow) throws -> CertificateKey {
        switch try row.text("keyKind") {
        case "rsa": .rsa(bits: Int(try row.integer("keyBits")))
        case "ec": .ec(curve: try row.text("keyName"), bits: Int(try row.integer("keyBits")))
        case "ed25519": .ed25519
        case "other": .other(name: try row.text("keyName"))
        default: throw row.unreadable("keyKind")
        }
    }
}
