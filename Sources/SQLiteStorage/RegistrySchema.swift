import GRDB

/// The registry's tables, as a history of migrations: a new table or column is a new migration, never an edit of an old one.
///
/// Fingerprints and DER are blobs, times are milliseconds since 1970 (UTC), sets of fixed words are text.
enum RegistrySchema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: certificates, slots, CAs, settings") { database in
            try database.execute(sql: first)
        }
        ClusterSchema.register(in: &migrator)
        JournalSchema.register(in: &migrator)
        DeviceSchema.register(in: &migrator)
        ClusterSchema.registerSuccessors(in: &migrator)
        ClusterSchema.registerSources(in: &migrator)
        return migrator
    }()

    private static let first = """
        CREATE TABLE cluster (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            revision INTEGER NOT NULL,
            trustGeneration INTEGER NOT NULL,
            defaultEnabled INTEGER NOT NULL CHECK (defaultEnabled IN (0, 1)),
            mode TEXT NOT NULL,
            anonymous INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
            tlsMinimum TEXT NOT NULL,
            tlsMaximum TEXT NOT NULL
        ) STRICT;

        -- Facts of every certificate known, whatever it is used for.
        CREATE TABLE certificate (
            fingerprint BLOB PRIMARY KEY CHECK (length(fingerprint) = 32),
            serial TEXT NOT NULL,
            subject TEXT NOT NULL,
            issuer TEXT NOT NULL,
            commonName TEXT,
            organizationalUnit TEXT,
            notBefore INTEGER NOT NULL,
            notAfter INTEGER NOT NULL,
            keyKind TEXT NOT NULL,
            keyBits INTEGER,
            keyName TEXT
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE certificateName (
            certificate BLOB NOT NULL REFERENCES certificate (fingerprint) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (certificate, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE hostedCertificate (
            fingerprint BLOB PRIMARY KEY REFERENCES certificate (fingerprint),
            name TEXT UNIQUE,
            sealedKey BLOB NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE hostedChain (
            certificate BLOB NOT NULL REFERENCES hostedCertificate (fingerprint) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            der BLOB NOT NULL,
            PRIMARY KEY (certificate, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE slot (
            slot TEXT PRIMARY KEY,
            certificate BLOB NOT NULL UNIQUE REFERENCES hostedCertificate (fingerprint),
            boundAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE retiredName (
            name TEXT PRIMARY KEY,
            since INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE ca (
            fingerprint BLOB PRIMARY KEY REFERENCES certificate (fingerprint),
            name TEXT UNIQUE,
            der BLOB NOT NULL,
            state TEXT NOT NULL,
            registeredAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
