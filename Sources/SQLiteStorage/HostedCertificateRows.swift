import FoundationEssentials
import GRDB
import Registry

/// The certificate store's rows.
enum HostedCertificateRows {
    static func readAll(
        _ database: Database,
        facts: [Fingerprint: CertificateDescription]
    ) throws -> [HostedCertificate] {
        var chains: [Fingerprint: [[UInt8]]] = [:]
        for row in try StoredRow.fetchAll(database, table: "hostedChain", order: "certificate, position") {
            chains[try row.fingerprint("certificate"), default: []].append(try row.bytes("der"))
        }
        let staples = try readStaples(database)
        return try StoredRow.fetchAll(database, table: "hostedCertificate").map { row in
            let fingerprint = try row.fingerprint("fingerprint")
            guard let certificate = facts[fingerprint] else { throw row.unreadable("fingerprint") }
            return HostedCertificate(
                name: try row.objectName("name"),
                certificate: certificate,
                chain: chains[fingerprint] ?? [],
                sealedKey: SealedKey(try row.bytes("sealedKey")),
                createdAt: try row.date("createdAt"),
                staple: staples[fingerprint],
                source: try row.source("sourceFile")
            )
        }
    }

    static func write(
        _ after: [Fingerprint: HostedCertificate],
        over before: [Fingerprint: HostedCertificate],
        to database: Database
    ) throws {
        for fingerprint in before.keys where after[fingerprint] == nil {
            let key = Data(fingerprint.bytes)
            try database.execute(sql: "DELETE FROM hostedCertificate WHERE fingerprint = ?", arguments: [key])
            try CertificateRows.removeIfUnused(fingerprint, from: database)
        }
        for (fingerprint, certificate) in after where certificate != before[fingerprint] {
            // Nothing of a stored certificate ever changes but its staple.
            if before[fingerprint] == nil { try insert(certificate, into: database) }
            try writeStaple(certificate.staple, of: fingerprint, to: database)
        }
    }

    private static func insert(_ certificate: HostedCertificate, into database: Database) throws {
        try CertificateRows.insert(certificate.certificate, into: database)
        let key = Data(certificate.fingerprint.bytes)
        try database.execute(
            sql: """
                INSERT INTO hostedCertificate (fingerprint, name, sealedKey, createdAt, sourceFile) VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                key, certificate.name?.text, Data(certificate.sealedKey.bytes), certificate.createdAt.milliseconds,
                certificate.source.file,
            ]
        )
        for (position, der) in certificate.chain.enumerated() {
            try database.execute(
                sql: "INSERT INTO hostedChain (certificate, position, der) VALUES (?, ?, ?)",
                arguments: [key, position, Data(der)]
            )
        }
    }

    private static func readStaples(_ database: Database) throws -> [Fingerprint: OCSPStaple] {
        var staples: [Fingerprint: OCSPStaple] = [:]
        for row in try StoredRow.fetchAll(database, table: "ocspStaple") {
            staples[try row.fingerprint("certificate")] = OCSPStaple(
                der: try row.bytes("der"),
                thisUpdate: try row.date("thisUpdate"),
                nextUpdate: try row.optionalDate("nextUpdate"),
                source: try row.source("sourceFile")
            )
        }
        return staples
    }

    private static func writeStaple(
        _ staple: OCSPStaple?,
        of fingerprint: Fingerprint,
        to database: Database
    ) throws {
        let key = Data(fingerprint.bytes)
        try database.execute(sql: "DELETE FROM ocspStaple WHERE certificate = ?", arguments: [key])
        guard let staple else { return }
        try database.execute(
            sql: """
                INSERT INTO ocspStaple (certificate, der, thisUpdate, nextUpdate, sourceFile) VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                key, Data(staple.der), staple.thisUpdate.milliseconds, staple.nextUpdate?.milliseconds,
                staple.source.file,
            ]
        )
    }
}
