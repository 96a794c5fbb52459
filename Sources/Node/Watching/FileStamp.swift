import Foundation

/// What the system says of a file's content without reading it: another stamp, perhaps another content.
///
/// Symbolic links are followed, so that a link that is moved to another file (certbot's `live`, Kubernetes' `..data`)
/// gives another stamp.
struct FileStamp: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: Int64
    private let changed: Int64

    /// For tests: a stamp that is only equal to those with the same number.
    init(_ number: UInt64) {
        (device, inode, size, modified, changed) = (0, number, 0, 0, 0)
    }

    /// The stamp of the file at `path`; nil when there is none. Blocks for a system call.
    init?(path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt64(facts.st_dev)
        inode = UInt64(facts.st_ino)
        size = Int64(facts.st_size)
        modified = Self.nanoseconds(facts.st_mtim)
        changed = Self.nanoseconds(facts.st_ctim)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
