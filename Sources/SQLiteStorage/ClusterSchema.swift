import GRDB

/// What the cluster's tables grew after the first migration.
enum ClusterSchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("cluster 2: grace periods, proof, revocation lists, staples") { database in
            try database.execute(sql: second)
        }
    }

    /// After the client certificates' tables, whose foreign key the column is for.
    static func registerSuccessors(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("cluster 3: what took a CA's place") { database in
            try database.execute(sql: third)
        }
    }

    /// Where a hosted certificate came from.
    static func registerSources(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("cluster 4: where a server certificate came from") { database in
            // NULL: somebody uploaded it.
            try database.execute(sql: "ALTER TABLE hostedCertificate ADD COLUMN sourceFile TEXT")
        }
    }

    private static let third = """
        -- The CA that took the place of a superseded or former one: the client certificates that still name it go there.
        ALTER TABLE ca ADD COLUMN replacedBy BLOB;
        UPDATE ca SET replacedBy = (SELECT replacedBy FROM supersededCA WHERE supersededCA.ca = ca.fingerprint);
        """

    private static let second = """
        ALTER TABLE cluster ADD COLUMN automaticRegistration INTEGER NOT NULL DEFAULT 0
            CHECK (automaticRegistration IN (0, 1));
        ALTER TABLE cluster ADD COLUMN automaticActivation INTEGER NOT NULL DEFAULT 1
            CHECK (automaticActivation IN (0, 1));

        CREATE TABLE ocspStaple (
            certificate BLOB PRIMARY KEY REFERENCES hostedCertificate (fingerprint) ON DELETE CASCADE,
            der BLOB NOT NULL,
            thisUpdate INTEGER NOT NULL,
            nextUpdate INTEGER,
            sourceFile TEXT
        ) STRICT, WITHOUT ROWID;

        -- What a slot served before, during the grace period. Times as everywhere; from graceUntil on it serves no longer.
        CREATE TABLE supersededCertificate (
            slot TEXT PRIMARY KEY REFERENCES slot (slot) ON DELETE CASCADE,
            certificate BLOB NOT NULL REFERENCES hostedCertificate (fingerprint),
            since INTEGER NOT NULL,
            graceUntil INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX supersededCertificateByCertificate ON supersededCertificate (certificate);

        -- Anew, because only the names of registered CAs are unique: one that was replaced keeps its name beside the new one.
        -- "former" was replaced, its grace period is over, and client certificates are registered with it still.
        CREATE TABLE caWithStanding (
            fingerprint BLOB PRIMARY KEY REFERENCES certificate (fingerprint),
            name TEXT,
            der BLOB NOT NULL,
            state TEXT NOT NULL,
            registeredAt INTEGER NOT NULL,
            standing TEXT NOT NULL DEFAULT 'registered' CHECK (standing IN ('registered', 'superseded', 'former'))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO caWithStanding (fingerprint, name, der, state, registeredAt)
            SELECT fingerprint, name, der, state, registeredAt FROM ca;
        DROP TABLE ca;
        ALTER TABLE caWithStanding RENAME TO ca;
        CREATE UNIQUE INDEX caNameOfRegistered ON ca (name) WHERE standing = 'registered';

        CREATE TABLE supersededCA (
            ca BLOB PRIMARY KEY REFERENCES ca (fingerprint) ON DELETE CASCADE,
            replacedBy BLOB NOT NULL,
            since INTEGER NOT NULL,
            graceUntil INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE revocationList (
            ca BLOB PRIMARY KEY REFERENCES ca (fingerprint) ON DELETE CASCADE,
            der BLOB NOT NULL,
            thisUpdate INTEGER NOT NULL,
            nextUpdate INTEGER,
            revokedCount INTEGER NOT NULL,
            onStale TEXT NOT NULL,
            sourceFile TEXT
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE registrationCode (
            text TEXT PRIMARY KEY,
            issuedAt INTEGER NOT NULL,
            expiresAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
