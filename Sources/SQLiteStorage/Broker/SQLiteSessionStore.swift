package import MQTTBroker
import Synchronization

/// What the broker keeps of its clients, in `broker.sqlite` in the data directory.
///
/// In WAL mode with synchronous FULL: a batch that was committed survives the loss of power. The broker gathers what comes
/// within a few milliseconds into one batch, so that many messages share one wait for the disk; with `durability: relaxed`
/// batches are some fifty times rarer and are written no differently.
package final class SQLiteSessionStore: SessionStore {
    /// Held so that the directory stays claimed for as long as the database is open.
    private let directory: DataDirectory
    /// The file's path.
    package let path: String
    /// Held by the one call that works with the rows.
    private let turn = Mutex(())
    // Sendable: touched by whoever has the turn alone.
    nonisolated(unsafe) let rows: BrokerRows

    /// Opens the database in a claimed directory, or makes it. Blocks, for some second a GiB.
    ///
    /// Throws `StorageError.damaged`, `.newerSchema`, `.foreignDatabase`, `.permissions`, `.inaccessible` or `.failed`.
    package init(in directory: DataDirectory) throws(StorageError) {
        self.directory = directory
        path = directory.path(of: StoredFile.broker.name)
        let connection = try BrokerDatabase.open(in: directory)
        do throws(SQLiteFailure) {
            rows = try BrokerRows(connection)
        } catch {
            throw .failed(operation: "be opened: \(path)", reason: error.message)
        }
    }

    /// Gives every record, table after table, with a few rows in memory at a time. Blocks.
    package func load(into receive: (StoredRecord) throws(StoreError) -> Void) throws(StoreError) {
        try turn.withLock { _ throws(StoreError) in
            do throws(BrokerRows.LoadFailure) {
                try rows.load(into: receive)
            } catch {
                switch error {
                case .database(let failure): throw failure.storeError("be read", path: path)
                case .unreadable(let table, let row):
                    throw .damaged(path: path, finding: "row \(row) of table \(table) is none that Sluice writes")
                case .refused(let refusal): throw refusal
                }
            }
        }
    }

    /// Applies a batch in one transaction. Blocks for the disk.
    ///
    /// Where there is no room, what the journal holds is moved into the database first, as far as that goes, and the batch
    /// is tried once more: the journal's room is free again then.
    package func commit(_ batch: StoreBatch) throws(StoreError) {
        try turn.withLock { _ throws(StoreError) in
            do throws(SQLiteFailure) {
                do throws(SQLiteFailure) {
                    try rows.commit(batch)
                } catch {
                    guard error.isFull else { throw error }
                    rows.emptyJournal()
                    try rows.commit(batch)
                }
            } catch {
                throw error.storeError("be written", path: path)
            }
        }
    }
}

extension SQLiteFailure {
    /// The failure in the broker's words.
    fileprivate func storeError(_ operation: String, path: String) -> StoreError {
        if isFull { return .full(path: path, reason: message) }
        if isDamage { return .damaged(path: path, finding: message) }
        return .failed(operation: operation, code: code, reason: message)
    }
}
