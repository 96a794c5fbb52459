import GRDB

/// The tables of the client certificate registry, in the registry's database.
///
/// Columns that a list is sorted by are never NULL, so that a page can go on from a value: `''` is no text, the smallest
/// and the greatest integer are a validity whose start or end is not known, 0 is never seen.
enum DeviceSchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("devices 1: client certificates, tombstones, imports") { database in
            try database.execute(sql: first)
        }
    }

    private static let first = """
        CREATE TABLE clientCertificate (
            id INTEGER PRIMARY KEY,
            fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
            authority BLOB NOT NULL REFERENCES ca (fingerprint),
            state TEXT NOT NULL,
            source TEXT NOT NULL,
            serial TEXT NOT NULL,
            commonName TEXT NOT NULL,
            organizationalUnit TEXT NOT NULL,
            clientID TEXT NOT NULL,
            notBefore INTEGER NOT NULL,
            notAfter INTEGER NOT NULL,
            createdAt INTEGER NOT NULL,
            stateChangedAt INTEGER NOT NULL,
            lastSeenAt INTEGER NOT NULL,
            subject TEXT,
            issuer TEXT,
            keyKind TEXT,
            keyBits INTEGER,
            keyName TEXT
        ) STRICT;

        -- Each ends with the rowid, so a list sorted by its columns has one order and goes on from any row of it.
        CREATE INDEX clientCertificateBySerial ON clientCertificate (serial);
        CREATE INDEX clientCertificateByCommonName ON clientCertificate (commonName);
        CREATE INDEX clientCertificateByClientID ON clientCertificate (clientID);
        CREATE INDEX clientCertificateByUnit ON clientCertificate (organizationalUnit, createdAt);
        CREATE INDEX clientCertificateByAuthority ON clientCertificate (authority, createdAt);
        CREATE INDEX clientCertificateByState ON clientCertificate (state, createdAt);
        CREATE INDEX clientCertificateBySource ON clientCertificate (source, createdAt);
        CREATE INDEX clientCertificateByCreation ON clientCertificate (createdAt);
        CREATE INDEX clientCertificateByStart ON clientCertificate (notBefore);
        CREATE INDEX clientCertificateByEnd ON clientCertificate (notAfter);
        CREATE INDEX clientCertificateBySighting ON clientCertificate (lastSeenAt);

        CREATE TABLE clientCertificateTombstone (
            fingerprint BLOB PRIMARY KEY CHECK (length(fingerprint) = 32),
            state TEXT NOT NULL,
            commonName TEXT,
            deletedAt INTEGER NOT NULL,
            until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX clientCertificateTombstoneByEnd ON clientCertificateTombstone (until);

        CREATE TABLE importJob (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            principal TEXT NOT NULL,
            isUnthrottled INTEGER NOT NULL CHECK (isUnthrottled IN (0, 1)),
            isDryRun INTEGER NOT NULL CHECK (isDryRun IN (0, 1)),
            state TEXT NOT NULL,
            total INTEGER NOT NULL,
            done INTEGER NOT NULL,
            registered INTEGER NOT NULL,
            unchanged INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            failures TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            finishedAt INTEGER,
            reason TEXT
        ) STRICT;

        -- Rows that wait to be registered; those that cannot be used hold a problem and nothing else.
        CREATE TABLE importRow (
            job INTEGER NOT NULL REFERENCES importJob (id),
            position INTEGER NOT NULL,
            line INTEGER NOT NULL,
            problemCode TEXT,
            problem TEXT,
            fingerprint BLOB,
            authority BLOB,
            state TEXT,
            serial TEXT,
            commonName TEXT,
            organizationalUnit TEXT,
            clientID TEXT,
            notBefore INTEGER,
            notAfter INTEGER,
            subject TEXT,
            issuer TEXT,
            keyKind TEXT,
            keyBits INTEGER,
            keyName TEXT,
            PRIMARY KEY (job, position)
        ) STRICT, WITHOUT ROWID;
        """
}
