import GRDB
import Glibc

/// Opens the file of sightings, or makes it anew: it holds nothing that would be missed for long.
enum SightingDatabase {
    /// "SLUS", in the header of the file.
    static let applicationID = 0x534C_5553
    /// What a file that cannot be used is set aside as.
    private static let asideSuffix = ".damaged"

    /// Opens the file. One that is damaged, newer or not ours is set aside, and `found` tells why.
    static func open(in directory: DataDirectory) throws(StorageError) -> (pool: DatabasePool, found: StorageError?) {
        do {
            return (try openFile(in: directory), nil)
        } catch {
            switch error {
            case .damaged, .newerSchema, .foreignDatabase: break
            default: throw error
            }
            try setAside(in: directory)
            return (try openFile(in: directory), error)
        }
    }

    private static func openFile(in directory: DataDirectory) throws(StorageError) -> DatabasePool {
        let path = try directory.databaseFile(StoredFile.sightings.name)
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.write { try check($0, path: path) }
            try SightingSchema.migrator.migrate(pool)
            return pool
        } catch let error as StorageError {
            throw error
        } catch let error as DatabaseError {
            throw RegistryDatabase.storageError(error, operation: "be opened", path: path)
        } catch {
            throw .failed(operation: "be opened", reason: "\(error)")
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "sightings"
        configuration.foreignKeysEnabled = true
        return configuration
    }

    private static func check(_ database: Database, path: String) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
        if isEmpty && found == 0 {
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        } else if found != applicationID {
            throw StorageError.foreignDatabase(path: path, applicationID: found)
        }
        if try SightingSchema.migrator.hasBeenSuperseded(database) { throw StorageError.newerSchema(path: path) }
    }

    private static func setAside(in directory: DataDirectory) throws(StorageError) {
        let path = directory.path(of: StoredFile.sightings.name)
        guard rename(path, path + asideSuffix) == 0 else {
            throw .inaccessible(path: path, call: "rename", errno: errno)
        }
        // The journals belong to the file that is gone; the new one must not replay them.
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
    }
}
