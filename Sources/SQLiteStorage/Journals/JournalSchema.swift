import GRDB

/// The tables of the audit log, the users and the tokens, in the registry's database.
enum JournalSchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("journals 1: audit log") { database in
            try database.execute(sql: audit)
        }
        migrator.registerMigration("journals 2: users and tokens") { database in
            try database.execute(sql: usersAndTokens)
        }
    }

    /// The triggers stop mistakes, and whoever has no more than SQL through this program; the hashes find the rest.
    private static let audit = """
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            principal TEXT NOT NULL,
            role TEXT NOT NULL,
            action TEXT NOT NULL,
            object TEXT NOT NULL,
            factsBefore TEXT,
            factsAfter TEXT,
            previousHash BLOB NOT NULL CHECK (length(previousHash) = 32),
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;

        CREATE INDEX auditByPrincipal ON audit (principal, sequence);
        CREATE INDEX auditByAction ON audit (action, sequence);
        CREATE INDEX auditByObject ON audit (object, sequence);

        CREATE TABLE auditHead (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            sequence INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;

        INSERT INTO auditHead (id, sequence, hash) VALUES (1, 0, zeroblob(32));

        CREATE TRIGGER auditIsNeverChanged BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

        CREATE TRIGGER auditIsNeverCut BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

        CREATE TRIGGER auditFollowsItsHead BEFORE INSERT ON audit
        WHEN NEW.sequence <> (SELECT sequence + 1 FROM auditHead) OR NEW.previousHash <> (SELECT hash FROM auditHead)
        BEGIN SELECT RAISE(ABORT, 'an entry of the audit log follows its head'); END;

        CREATE TRIGGER auditMovesItsHead AFTER INSERT ON audit
        BEGIN UPDATE auditHead SET sequence = NEW.sequence, hash = NEW.hash; END;

        CREATE TRIGGER auditHeadOnlyAdvances BEFORE UPDATE ON auditHead
        WHEN NEW.sequence <= OLD.sequence
        BEGIN SELECT RAISE(ABORT, 'the head of the audit log only advances'); END;

        CREATE TRIGGER auditHeadStays BEFORE DELETE ON auditHead
        BEGIN SELECT RAISE(ABORT, 'the head of the audit log stays'); END;
        """

    private static let usersAndTokens = """
        CREATE TABLE user (
            name TEXT PRIMARY KEY,
            passwordHash TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            isEnabled INTEGER NOT NULL CHECK (isEnabled IN (0, 1)),
            clientID TEXT
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE token (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            role TEXT NOT NULL,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            createdAt INTEGER NOT NULL,
            expiresAt INTEGER,
            lastUsedAt INTEGER
        ) STRICT, WITHOUT ROWID;
        """
}
