/// The tables of `broker.sqlite`: what the built-in broker keeps of its clients, as a history of steps. A new table or
/// column is a new step, never an edit of an old one.
///
/// A file of its own: it is written with every message that somebody must keep, which the registry need not wait for.
/// Every table is one B-tree without a second index, so that removing a row costs no more than adding it. Numbers of 64
/// bits without a sign are stored as SQLite's, bit by bit; times are milliseconds since 1970 (UTC).
enum BrokerSchema {
    /// The version that this program writes; a file with a higher one is refused.
    static var version: Int { steps.count }

    /// Brings a file of version `found` to the newest, in one transaction.
    static func migrate(_ connection: SQLiteConnection, from found: Int) throws(SQLiteFailure) {
        guard found < version else { return }
        try connection.execute("BEGIN IMMEDIATE")
        for step in steps[found...] { try connection.execute(step) }
        try connection.execute("PRAGMA user_version = \(version)")
        try connection.execute("COMMIT")
    }

    private static let steps = [first]

    private static let first = """
        -- By what retained messages know their publishers.
        CREATE TABLE publisherKey (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            value INTEGER NOT NULL
        ) STRICT;

        -- A body is stored once, however many deliveries, wills and topics refer to it. Numbers only grow, so that new rows
        -- go to the end of the tree and old ones leave its beginning.
        CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            topicCount INTEGER NOT NULL,
            propertiesCount INTEGER NOT NULL,
            qos INTEGER NOT NULL,
            retain INTEGER NOT NULL,
            expiry INTEGER,
            content BLOB NOT NULL
        ) STRICT;

        CREATE TABLE session (
            number INTEGER PRIMARY KEY,
            clientID BLOB NOT NULL,
            expiryInterval INTEGER NOT NULL,
            deadline INTEGER,
            credential BLOB,
            issuer BLOB
        ) STRICT;

        CREATE TABLE will (
            id INTEGER PRIMARY KEY,
            session INTEGER NOT NULL,
            message INTEGER NOT NULL,
            expiryInterval INTEGER,
            delay INTEGER NOT NULL,
            due INTEGER
        ) STRICT;

        CREATE TABLE subscription (
            session INTEGER NOT NULL,
            filter BLOB NOT NULL,
            qos INTEGER NOT NULL,
            noLocal INTEGER NOT NULL,
            retainAsPublished INTEGER NOT NULL,
            identifier INTEGER NOT NULL,
            bringsRetained INTEGER NOT NULL,
            PRIMARY KEY (session, filter)
        ) STRICT, WITHOUT ROWID;

        -- The queue of each session in its order, what is in flight included.
        CREATE TABLE delivery (
            session INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            message INTEGER NOT NULL,
            qos INTEGER NOT NULL,
            retain INTEGER NOT NULL,
            packetID INTEGER NOT NULL,
            stage INTEGER NOT NULL,
            identifiers BLOB,
            sharedFilter BLOB,
            PRIMARY KEY (session, sequence)
        ) STRICT, WITHOUT ROWID;

        -- QoS 2 messages that a client has sent and not released.
        CREATE TABLE inbound (
            session INTEGER NOT NULL,
            packetID INTEGER NOT NULL,
            PRIMARY KEY (session, packetID)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE retained (
            topic BLOB PRIMARY KEY,
            message INTEGER NOT NULL,
            publisher INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
