import Glibc

/// Reading of small files that decide who gets in.
package enum ProtectedFile {
    /// Who else may read the file.
    package enum Access: Sendable, Hashable {
        /// A secret: nobody.
        case ownerAlone
        /// Whoever may.
        case anybody
    }

    /// The content of a regular file. Blocks.
    ///
    /// - Throws: `ProtectedFileError`, also for more than `limit` bytes.
    package static func read(
        _ path: String,
        limit: Int,
        _ access: Access
    ) throws(ProtectedFileError) -> [UInt8] {
        // Not to wait for a writer, should it be a pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .inaccessible(path: path, call: "open", errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .inaccessible(path: path, call: "fstat", errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        let mode = UInt16(status.st_mode & 0o7777)
        if access == .ownerAlone, mode & 0o077 != 0 { throw .permissions(path: path, found: mode) }
        guard Int(status.st_size) <= limit else {
            throw .tooLarge(path: path, bytes: Int(status.st_size), limit: limit)
        }
        return try readAll(descriptor, path, limit: limit)
    }

    /// The size may change while the file is read: it is only where the buffer begins.
    private static func readAll(
        _ descriptor: Int32,
        _ path: String,
        limit: Int
    ) throws(ProtectedFileError) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw .inaccessible(path: path, call: "read", errno: errno) }
            guard count > 0 else { return content }
            content += buffer[..<count]
            guard content.count <= limit else { throw .tooLarge(path: path, bytes: content.count, limit: limit) }
        }
    }
}

/// Why a file was not read.
package enum ProtectedFileError: Error, Hashable, Sendable {
    case inaccessible(path: String, call: String, errno: Int32)
    /// A directory, pipe or device.
    case notAFile(path: String)
    /// A secret that others can read.
    case permissions(path: String, found: UInt16)
    case tooLarge(path: String, bytes: Int, limit: Int)
}

extension ProtectedFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inaccessible(let path, let call, let errno):
            "\(path): \(call) failed: \(SystemWords.message(for: errno)). Check that the file exists and who owns it."
        case .notAFile(let path):
            "\(path) is no file."
        case .permissions(let path, let found):
            "\(path) has mode 0\(String(found, radix: 8)), 0600 is needed: it holds a secret. Do: chmod 0600 '\(path)'"
        case .tooLarge(let path, let bytes, let limit):
            "\(path) has \(bytes) bytes, \(limit) are allowed. Was the right file given?"
        }
    }
}
