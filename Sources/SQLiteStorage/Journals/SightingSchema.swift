import GRDB

/// The tables of `sightings.sqlite`: what was seen of clients.
///
/// A file of its own: it is written every second and may lose the last of them at a power cut, which the registry may not;
/// and whatever happens to it never stands in the way of a change.
enum SightingSchema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: associations, hellos, rotations") { database in
            try database.execute(sql: first)
        }
        return migrator
    }()

    private static let first = """
        -- The client ids that came with a certificate.
        CREATE TABLE association (
            certificate BLOB NOT NULL CHECK (length(certificate) = 32),
            clientID TEXT NOT NULL,
            firstSeen INTEGER NOT NULL,
            lastSeen INTEGER NOT NULL,
            address TEXT NOT NULL,
            accessPoint TEXT NOT NULL,
            serverName TEXT,
            tlsVersion TEXT,
            PRIMARY KEY (certificate, clientID)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX associationByAge ON association (lastSeen);

        -- The last ClientHello of each client.
        CREATE TABLE hello (
            client TEXT PRIMARY KEY,
            commonName TEXT,
            offer INTEGER NOT NULL,
            tlsVersion TEXT,
            address TEXT NOT NULL,
            lastSeen INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX helloByAge ON hello (lastSeen);
        CREATE INDEX helloByOffer ON hello (offer, tlsVersion, lastSeen);

        -- One row for each superseded certificate, and one for each client that needed it.
        CREATE TABLE rotation (
            superseded BLOB PRIMARY KEY CHECK (length(superseded) = 32),
            openedAt INTEGER,
            oldCount INTEGER NOT NULL DEFAULT 0,
            lastOld INTEGER,
            newCount INTEGER NOT NULL DEFAULT 0,
            lastNew INTEGER,
            clientCount INTEGER NOT NULL DEFAULT 0,
            unlisted INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE rotationClient (
            superseded BLOB NOT NULL REFERENCES rotation (superseded) ON DELETE CASCADE,
            client TEXT NOT NULL,
            commonName TEXT,
            address TEXT NOT NULL,
            serverName TEXT,
            count INTEGER NOT NULL,
            firstNeeded INTEGER NOT NULL,
            lastNeeded INTEGER NOT NULL,
            lastUsedNew INTEGER,
            PRIMARY KEY (superseded, client)
        ) STRICT, WITHOUT ROWID;
        """
}
