import FoundationEssentials
import Glibc
import OpenSSL

/// What backups and restores do with whole files; every failure names the path and the call.
enum FileOperation {
    /// Bytes that are copied at a time.
    private static let block = 1 << 20

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func length(_ path: String) throws(StorageError) -> Int {
        Int(try SystemCall.status(path).st_size)
    }

    /// The folder that a path lies in.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Renames a file or folder of the same file system.
    static func move(_ path: String, to destination: String) throws(StorageError) {
        guard rename(path, destination) == 0 else { throw .inaccessible(path: path, call: "rename", errno: errno) }
    }

    static func remove(_ path: String) throws(StorageError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .inaccessible(path: path, call: "unlink", errno: errno)
        }
    }

    /// Removes a folder of ours with the files in it, as far as that goes.
    static func removeFolder(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Returns when the file's content, or the folder's list of names, is on disk.
    static func synchronize(_ path: String) throws(StorageError) {
        let descriptor = try SystemCall.open(path, flags: O_RDONLY, mode: 0)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .inaccessible(path: path, call: "fsync", errno: errno) }
    }

    /// Writes a new file, for its owner alone, and returns when it is on disk.
    static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
        let descriptor = try create(path)
        defer { close(descriptor) }
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(StorageError) in try put(bytes, descriptor, path) }
        }.get()
        guard fsync(descriptor) == 0 else { throw .inaccessible(path: path, call: "fsync", errno: errno) }
    }

    /// The content of a small file; throws if it has more than `limit` bytes.
    static func read(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
        let descriptor = try SystemCall.open(path, flags: O_RDONLY, mode: 0)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = try bytes.withUnsafeMutableBytes { room in
            Result { () throws(StorageError) in try fill(room, descriptor, path) }
        }.get()
        guard count <= limit else { throw .inaccessible(path: path, call: "read", errno: EFBIG) }
        return Array(bytes.prefix(count))
    }

    /// Copies a file to one that is not there, for its owner alone, and returns when it is on disk. `copied` hears of the
    /// bytes as they are.
    static func copy(_ path: String, to destination: String, _ copied: (Int) -> Void) throws(StorageError) {
        let source = try SystemCall.open(path, flags: O_RDONLY, mode: 0)
        defer { close(source) }
        let target = try create(destination)
        defer { close(target) }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: block, alignment: 4096)
        defer { room.deallocate() }
        while true {
            let count = try fill(room, source, path)
            guard count > 0 else { break }
            try put(UnsafeRawBufferPointer(rebasing: room[..<count]), target, destination)
            copied(count)
        }
        guard fsync(target) == 0 else { throw .inaccessible(path: destination, call: "fsync", errno: errno) }
    }

    /// The SHA-256 of a file's content in hexadecimal digits. The file is mapped, not read into memory.
    static func digest(_ path: String) throws(StorageError) -> String {
        let descriptor = try SystemCall.open(path, flags: O_RDONLY, mode: 0)
        defer { close(descriptor) }
        let count = try length(path)
        // A mapping has one byte at least.
        guard count > 0 else { return hexadecimal(SHA256.hash([])) }
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw .inaccessible(path: path, call: "mmap", errno: errno)
        }
        defer { munmap(start, count) }
        return hexadecimal(SHA256.hash(UnsafeRawBufferPointer(start: start, count: count)))
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }

    private static func create(_ path: String) throws(StorageError) -> Int32 {
        try SystemCall.open(path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode_t(DataDirectory.fileMode))
    }

    /// Reads until the room is full or the file ends.
    private static func fill(
        _ room: UnsafeMutableRawBufferPointer,
        _ descriptor: Int32,
        _ path: String
    ) throws(StorageError) -> Int {
        var filled = 0
        while filled < room.count {
            let count = Glibc.read(descriptor, room[filled...].baseAddressOfRest, room.count - filled)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .inaccessible(path: path, call: "read", errno: errno) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    private static func put(
        _ bytes: UnsafeRawBufferPointer,
        _ descriptor: Int32,
        _ path: String
    ) throws(StorageError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .inaccessible(path: path, call: "write", errno: errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}

extension Slice<UnsafeMutableRawBufferPointer> {
    fileprivate var baseAddressOfRest: UnsafeMutableRawPointer? {
        UnsafeMutableRawBufferPointer(rebasing: self).baseAddress
    }
}
