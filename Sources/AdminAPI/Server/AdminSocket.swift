import Foundation
import Glibc

/// The admin API's Unix socket in the file system: whoever may open the file administers the cluster.
package enum AdminSocket {
    /// Why no socket can be made at the path.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case directoryUnusable(path: String, reason: String)
        case directoryOpenToOthers(path: String, mode: UInt32)
        case notASocket(path: String)
        case inUse(path: String)
        case cannotRestrict(path: String, reason: String)

        package var description: String {
            switch self {
            case .directoryUnusable(let path, let reason):
                "The folder \(path) for the admin socket cannot be used: \(reason)."
            case .directoryOpenToOthers(let path, let mode):
                "The folder \(path) for the admin socket can be written by others (mode \(String(mode, radix: 8))). "
                    + "Take that away: chmod go-w \(path)"
            case .notASocket(let path):
                "\(path) exists and is no socket. Remove it, or choose another admin.socket."
            case .inUse(let path):
                "Another gateway answers on \(path). Stop it, or choose another admin.socket."
            case .cannotRestrict(let path, let reason):
                "The admin socket \(path) cannot be kept to its owner: \(reason)."
            }
        }
    }

    /// Makes the folder (mode 0700) if it is missing, and takes away a socket that nobody answers on. Blocks.
    static func prepare(_ path: String) throws(Failure) {
        let folder = (path as NSString).deletingLastPathComponent
        if mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw .directoryUnusable(path: folder, reason: String(cString: strerror(errno)))
        }
        let mode = try permissions(of: folder)
        // A sticky folder such as /tmp is writable by all, but a file in it can be replaced by its owner alone.
        let isSticky = mode & S_ISVTX != 0
        guard isSticky || mode & 0o022 == 0 else { throw .directoryOpenToOthers(path: folder, mode: mode) }
        try removeStale(path)
    }

    /// Lets the owner alone open the socket (mode 0600).
    static func restrict(_ path: String) throws(Failure) {
        guard chmod(path, 0o600) == 0 else {
            throw .cannotRestrict(path: path, reason: String(cString: strerror(errno)))
        }
    }

    private static func removeStale(_ path: String) throws(Failure) {
        guard let facts = try? FileManager.default.attributesOfItem(atPath: path) else { return }
        guard facts[.type] as? FileAttributeType == .typeSocket else { throw .notASocket(path: path) }
        guard !isAnswered(path) else { throw .inUse(path: path) }
        guard unlink(path) == 0 else {
            throw .cannotRestrict(path: path, reason: String(cString: strerror(errno)))
        }
    }

    private static func permissions(of folder: String) throws(Failure) -> UInt32 {
        do {
            let facts = try FileManager.default.attributesOfItem(atPath: folder)
            return (facts[.posixPermissions] as? NSNumber)?.uint32Value ?? 0o777
        } catch {
            throw .directoryUnusable(path: folder, reason: error.localizedDescription)
        }
    }

    /// Whether a process listens on the socket. A listener that is busy or not ours counts as one.
    private static func isAnswered(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return result == 0 || errno != ECONNREFUSED
    }
}
