import Glibc

/// The node's data directory, held for this process alone for as long as the object lives.
///
/// The directory is 0700, because it holds keys. The claim is an flock on the file `lock` in it, so the system drops it
/// when the process ends, however that happens.
package final class DataDirectory: Sendable {
    /// The directory's path, as it was given.
    package let path: String
    private let lock: Int32

    /// The mode of the directory.
    package static let directoryMode: UInt16 = 0o700
    /// The mode of every file in it.
    package static let fileMode: UInt16 = 0o600
    static let lockFile = "lock"
    /// There while a restore moves files: what is in the directory then belongs together no more.
    private static let restoreMark = "restore-unfinished"

    /// Makes the directory if it is missing, checks its mode, and claims it.
    ///
    /// Throws `StorageError.inUse` with the process that holds it, `.restoreUnfinished`, `.permissions`, `.notADirectory`
    /// or `.inaccessible`.
    ///
    /// - Parameter restoring: Whether a restore claims it, which an earlier one that was interrupted does not stop.
    package init(claiming path: String, restoring: Bool = false) throws(StorageError) {
        let isNew = try SystemCall.makeDirectory(path, mode: mode_t(Self.directoryMode))
        let status = try SystemCall.status(path)
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory(path: path) }
        let mode = UInt16(status.st_mode & SystemCall.permissionBits)
        guard isNew || mode & 0o077 == 0 else {
            throw .permissions(path: path, found: mode, needed: Self.directoryMode)
        }
        self.path = path
        lock = try Self.claim(path)
        guard restoring || !FileOperation.exists(self.path(of: Self.restoreMark)) else {
            throw .restoreUnfinished(path: path)
        }
    }

    deinit {
        // Closing drops the claim. The file stays: removing it would let two processes lock two files of one name.
        close(lock)
    }

    /// The path of a file in the directory.
    package func path(of file: String) -> String { path + "/" + file }

    /// Makes a database's file before SQLite does, which gives its journals the mode of the file; gives its path.
    ///
    /// Throws `StorageError.permissions` where others may read it.
    func databaseFile(_ name: String) throws(StorageError) -> String {
        let path = path(of: name)
        close(try SystemCall.open(path, flags: O_RDWR | O_CREAT, mode: mode_t(Self.fileMode)))
        let mode = UInt16(try SystemCall.status(path).st_mode & SystemCall.permissionBits)
        guard mode & 0o077 == 0 else { throw .permissions(path: path, found: mode, needed: Self.fileMode) }
        return path
    }

    /// From here on nobody takes what is in the directory for a whole state.
    func markRestoring() throws(StorageError) {
        // One that is there stays there, whatever happens now.
        if !FileOperation.exists(path(of: Self.restoreMark)) {
            try FileOperation.write([], to: path(of: Self.restoreMark))
        }
        try FileOperation.synchronize(path)
    }

    /// What is in the directory belongs together.
    func unmarkRestoring() throws(StorageError) {
        try FileOperation.remove(path(of: Self.restoreMark))
        try FileOperation.synchronize(path)
    }

    private static func claim(_ directory: String) throws(StorageError) -> Int32 {
        let path = directory + "/" + lockFile
        let descriptor = try SystemCall.open(path, flags: O_RDWR | O_CREAT, mode: mode_t(fileMode))
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            let holder = readProcessID(descriptor)
            close(descriptor)
            guard number == EWOULDBLOCK else { throw .inaccessible(path: path, call: "flock", errno: number) }
            throw .inUse(path: directory, processID: holder)
        }
        writeProcessID(descriptor)
        return descriptor
    }

    /// The number that the holder wrote; it serves messages only, so that nothing depends on reading it.
    private static func readProcessID(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    private static func writeProcessID(_ descriptor: Int32) {
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }
}
