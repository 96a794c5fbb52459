package import FoundationEssentials
import GRDB
import Glibc

/// Makes a backup of a data directory, of one moment, while a gateway works in it or not.
package struct BackupCopy {
    /// How far a backup or a restore is: bytes done of all of them.
    package typealias Progress = (_ done: Int, _ total: Int) -> Void

    /// The data directory.
    package let source: String
    /// The folder to make; nothing may be there.
    package let destination: String

    /// Pages of 4 KiB between two reports of progress: some milliseconds of work.
    private static let pagesPerStep: Int32 = 1024
    /// How long a busy database is waited for, in seconds.
    private static let busyTimeout = 10.0

    package init(of source: String, to destination: String) {
        self.source = source
        self.destination = destination
    }

    /// Copies every database of the directory, checks the copies, and writes the manifest. Blocks.
    ///
    /// All files show the same moment: a snapshot of each is held before the first page of any is copied. The gateway goes
    /// on meanwhile; its journals grow until the copy is done. The folder appears under its name when it is whole. The
    /// copies are 0600 in a folder of 0700; private keys in them are as sealed as in the registry.
    package func make(
        version: String,
        node: String,
        now: Date,
        progress: @escaping Progress = { _, _ in }
    ) throws(BackupError) -> BackupManifest {
        guard !FileOperation.exists(destination) else { throw .destinationExists(path: destination) }
        let files = StoredFile.allCases.filter { FileOperation.exists("\(source)/\($0.name)") }
        guard files.contains(.registry) else { throw .nothingStored(directory: source) }
        let folder = "\(destination).\(getpid()).partial"
        do {
            guard try SystemCall.makeDirectory(folder, mode: mode_t(DataDirectory.directoryMode)) else {
                throw BackupError.destinationExists(path: folder)
            }
            var isWhole = false
            defer { if !isWhole { FileOperation.removeFolder(folder) } }
            try copy(files, into: folder, progress: progress)
            let manifest = BackupManifest(
                format: BackupManifest.currentFormat,
                sluice: version,
                node: node,
                createdAt: now,
                files: try files.map { try Self.seal($0, in: folder) }
            )
            try FileOperation.write(
                Array(try BackupManifest.encoder.encode(manifest)),
                to: "\(folder)/\(BackupManifest.fileName)"
            )
            try FileOperation.synchronize(folder)
            try FileOperation.move(folder, to: destination)
            isWhole = true
            try FileOperation.synchronize(FileOperation.parent(of: destination))
            return manifest
        } catch let error as BackupError {
            throw error
        } catch let error as StorageError {
            throw .storage(error)
        } catch {
            throw .storage(.failed(operation: "be backed up", reason: "\(error)"))
        }
    }

    /// Holds a snapshot of every file, then copies one after the other.
    private func copy(_ files: [StoredFile], into folder: String, progress: @escaping Progress) throws {
        let total = try files.map { try FileOperation.length("\(source)/\($0.name)") }.reduce(0, +)
        try holding(files, []) { held in
            var before = 0
            for (file, database) in held {
                var length = 0
                try Self.translating("\(source)/\(file.name)") {
                    let copy = try Self.open("\(folder)/\(file.name)", readonly: false)
                    try copy.writeWithoutTransaction { target in
                        // The copy is synchronised as a whole, once.
                        try target.execute(sql: "PRAGMA synchronous = OFF")
                        try database.backup(to: target, pagesPerStep: Self.pagesPerStep) { step in
                            length = step.totalPageCount * Self.pageSize
                            let done = step.completedPageCount * Self.pageSize
                            progress(before + done, max(total, before + length))
                        }
                        try target.execute(sql: "PRAGMA journal_mode = DELETE")
                        try file.check(target, path: "\(folder)/\(file.name)")
                    }
                    try copy.close()
                }
                before += length
            }
        }
    }

    /// Every database of ours has SQLite's usual pages, in bytes.
    private static let pageSize = 4096

    /// Calls `body` within a read transaction on every file, all of them begun before.
    private func holding(
        _ files: [StoredFile],
        _ held: [(StoredFile, Database)],
        _ body: ([(StoredFile, Database)]) throws -> Void
    ) throws {
        guard let file = files.first else { return try body(held) }
        let path = "\(source)/\(file.name)"
        try Self.translating(path) {
            let queue = try Self.open(path, readonly: true)
            try queue.read { database in
                // A transaction has its snapshot from its first look.
                _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema")
                try holding(Array(files.dropFirst()), held + [(file, database)], body)
            }
            try queue.close()
        }
    }

    static func open(_ path: String, readonly: Bool) throws -> DatabaseQueue {
        if !readonly { close(try SystemCall.open(path, flags: O_RDWR | O_CREAT, mode: mode_t(DataDirectory.fileMode))) }
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(busyTimeout)
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    static func translating(_ path: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as DatabaseError {
            throw RegistryDatabase.storageError(error, operation: "be backed up", path: path)
        }
    }

    private static func seal(_ file: StoredFile, in folder: String) throws -> BackupManifest.File {
        let path = "\(folder)/\(file.name)"
        try FileOperation.synchronize(path)
        return BackupManifest.File(
            name: file,
            bytes: try FileOperation.length(path),
            sha256: try FileOperation.digest(path)
        )
    }
}
