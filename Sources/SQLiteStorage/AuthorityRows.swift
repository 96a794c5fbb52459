import FoundationEssentials
import GRDB
import Registry

/// The CA registry's rows: registered CAs, those whose grace period lasts, and former ones that client certificates still
/// name.
enum AuthorityRows {
    /// What a row of the table `ca` stands for; a former CA is not read back.
    private enum Standing: String {
        case registered, superseded, former
    }

    /// The CAs of a state.
    struct Authorities {
        var registered: [RegisteredCA] = []
        var superseded: [SupersededCA] = []
    }

    static func readAll(
        _ database: Database,
        facts: [Fingerprint: CertificateDescription]
    ) throws -> Authorities {
        let lists = try RevocationListRows.readAll(database)
        let periods = try readGracePeriods(database)
        var authorities = Authorities()
        for row in try StoredRow.fetchAll(database, table: "ca") {
            let fingerprint = try row.fingerprint("fingerprint")
            guard let certificate = facts[fingerprint] else { throw row.unreadable("fingerprint") }
            let authority = RegisteredCA(
                name: try row.objectName("name"),
                certificate: certificate,
                der: try row.bytes("der"),
                state: try row.parsed("state", CAState.init(rawValue:)),
                registeredAt: try row.date("registeredAt"),
                revocationList: lists[fingerprint]
            )
            switch try row.parsed("standing", Standing.init(rawValue:)) {
            case .registered: authorities.registered.append(authority)
            case .superseded:
                guard let period = periods[fingerprint] else { throw row.unreadable("standing") }
                authorities.superseded.append(
                    SupersededCA(
                        ca: authority,
                        replacedBy: period.replacedBy,
                        since: period.since,
                        until: period.until
                    )
                )
            case .former: break
            }
        }
        return authorities
    }

    /// - Throws: `RegistryError.caHasClientCertificates` if client certificates name a CA that is unregistered.
    static func write(_ transition: ClusterTransition, to database: Database) throws {
        let before = Entry.all(of: transition.before)
        let after = Entry.all(of: transition.after)
        guard before != after else { return }
        for fingerprint in before.keys where after[fingerprint] == nil {
            try remove(fingerprint, mayBecomeFormer: !transition.unregistered.contains(fingerprint), from: database)
        }
        // Superseded ones first: they give up the name that their successor may take.
        let changed = after.filter { before[$0.key] != $0.value }.values
        for entry in changed where entry.grace != nil { try insert(entry, into: database) }
        for entry in changed where entry.grace == nil { try insert(entry, into: database) }
        try noteSuccessors(transition, in: database)
        try removeUnnamedFormerOnes(from: database)
    }

    /// The CAs that are not registered any more while client certificates may still name them, each with the one in its
    /// place.
    static func readSuccessors(_ database: Database) throws -> [Fingerprint: Fingerprint] {
        var successors: [Fingerprint: Fingerprint] = [:]
        for row in try StoredRow.fetchAll(database, table: "ca")
        where try row.text("standing") != Standing.registered.rawValue {
            guard let successor = try row.optionalFingerprint("replacedBy") else { continue }
            successors[try row.fingerprint("fingerprint")] = successor
        }
        return successors
    }

    /// One who was to follow a CA that is replaced itself follows the one in its place.
    private static func noteSuccessors(_ transition: ClusterTransition, in database: Database) throws {
        for (old, new) in transition.replaced where transition.after.authorities[old] == nil {
            try database.execute(
                sql: "UPDATE ca SET replacedBy = :new WHERE fingerprint = :old OR replacedBy = :old",
                arguments: ["old": Data(old.bytes), "new": Data(new.bytes)]
            )
        }
        try database.execute(sql: "UPDATE ca SET replacedBy = NULL WHERE standing = 'registered'")
    }

    /// A CA and, if it was replaced, its grace period.
    private struct Entry: Hashable {
        let ca: RegisteredCA
        let grace: SupersededCA?

        static func all(of state: ClusterState) -> [Fingerprint: Entry] {
            state.authorities.mapValues { Entry(ca: $0, grace: nil) }
                .merging(state.supersededAuthorities.mapValues { Entry(ca: $0.ca, grace: $0) }) { first, _ in first }
        }
    }

    private static func insert(_ entry: Entry, into database: Database) throws {
        let authority = entry.ca
        let key = Data(authority.fingerprint.bytes)
        try CertificateRows.insert(authority.certificate, into: database)
        // No REPLACE: it would delete the row that client certificates refer to.
        try database.execute(
            sql: """
                INSERT INTO ca (fingerprint, name, der, state, registeredAt, standing) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (fingerprint) DO UPDATE SET name = excluded.name, der = excluded.der,
                    state = excluded.state, registeredAt = excluded.registeredAt, standing = excluded.standing
                """,
            arguments: [
                key, authority.name?.text, Data(authority.der), authority.state.rawValue,
                authority.registeredAt.milliseconds,
                (entry.grace == nil ? Standing.registered : .superseded).rawValue,
            ]
        )
        try RevocationListRows.write(authority.revocationList, of: authority.fingerprint, to: database)
        try database.execute(sql: "DELETE FROM supersededCA WHERE ca = ?", arguments: [key])
        guard let grace = entry.grace else { return }
        try database.execute(
            sql: "INSERT INTO supersededCA (ca, replacedBy, since, graceUntil) VALUES (?, ?, ?, ?)",
            arguments: [key, Data(grace.replacedBy.bytes), grace.since.milliseconds, grace.until.milliseconds]
        )
    }

    private static func remove(
        _ fingerprint: Fingerprint,
        mayBecomeFormer: Bool,
        from database: Database
    ) throws {
        if try deleteUnlessNamed(fingerprint, from: database) { return }
        guard mayBecomeFormer else { throw RegistryError.caHasClientCertificates(fingerprint, count: nil) }
        let key = Data(fingerprint.bytes)
        try database.execute(
            sql: "UPDATE ca SET standing = ?, name = NULL WHERE fingerprint = ?",
            arguments: [Standing.former.rawValue, key]
        )
        try database.execute(sql: "DELETE FROM supersededCA WHERE ca = ?", arguments: [key])
        try RevocationListRows.write(nil, of: fingerprint, to: database)
    }

    /// `false` if a row of another table, that is a client certificate, refers to the CA; then it is all there still.
    private static func deleteUnlessNamed(_ fingerprint: Fingerprint, from database: Database) throws -> Bool {
        do {
            try database.execute(
                sql: "DELETE FROM ca WHERE fingerprint = ?",
                arguments: [Data(fingerprint.bytes)]
            )
        } catch let error as DatabaseError where error.isForeignKeyViolation {
            return false
        }
        try CertificateRows.removeIfUnused(fingerprint, from: database)
        return true
    }

    private static func removeUnnamedFormerOnes(from database: Database) throws {
        for row in try StoredRow.fetchAll(database, table: "ca")
        where try row.text("standing") == Standing.former.rawValue {
            _ = try deleteUnlessNamed(try row.fingerprint("fingerprint"), from: database)
        }
    }

    private static func readGracePeriods(
        _ database: Database
    ) throws -> [Fingerprint: (replacedBy: Fingerprint, since: Date, until: Date)] {
        var periods: [Fingerprint: (replacedBy: Fingerprint, since: Date, until: Date)] = [:]
        for row in try StoredRow.fetchAll(database, table: "supersededCA") {
            periods[try row.fingerprint("ca")] = (
                try row.fingerprint("replacedBy"), try row.date("since"), try row.date("graceUntil")
            )
        }
        return periods
    }
}

extension DatabaseError {
    /// Whether a row of another table stood in the way.
    var isForeignKeyViolation: Bool { extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY }
}
