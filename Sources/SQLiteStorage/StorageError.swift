/// Why the data directory or the database in it cannot be used; each case carries what was found.
package enum StorageError: Error, Hashable, Sendable {
    /// The data directory or a file in it cannot be made, opened or read.
    case inaccessible(path: String, call: String, errno: Int32)
    /// The path names something that is no directory.
    case notADirectory(path: String)
    /// The data directory or a file in it is open to other users.
    case permissions(path: String, found: UInt16, needed: UInt16)
    /// Another process, or another part of this one, works in the data directory.
    case inUse(path: String, processID: Int32?)
    /// A restore was interrupted: what is in the data directory does not belong together.
    case restoreUnfinished(path: String)
    /// The database was written by a newer version of Sluice.
    case newerSchema(path: String)
    /// The file is a database of some other program.
    case foreignDatabase(path: String, applicationID: Int)
    /// The database is not readable as one, or fails its own consistency check.
    case damaged(path: String, finding: String)
    /// A stored value is none that Sluice writes.
    case unreadableValue(table: String, column: String)
    /// The database is at another revision than the change to be stored.
    case revisionConflict(stored: UInt64, expected: UInt64)
    /// A transition that is not exactly one revision long.
    case notOneStep(from: UInt64, to: UInt64)
    /// SQLite refused an operation, such as for a full disk.
    case failed(operation: String, reason: String)
}

extension StorageError: CustomStringConvertible {
    /// What was found, what was needed, what to do.
    package var description: String {
        switch self {
        case .inaccessible(let path, let call, let errno):
            "\(path): \(call) failed: \(SystemCall.message(for: errno)). Check that the path exists and who owns it."
        case .notADirectory(let path):
            "\(path) is not a directory; the data directory is needed. Set dataDir to another path."
        case .permissions(let path, let found, let needed):
            "\(path) has mode \(octal(found)), \(octal(needed)) is needed: it holds keys. "
                + "Do: chmod \(octal(needed)) '\(path)'"
        case .inUse(let path, let processID?):
            "The data directory \(path) is in use by process \(processID). "
                + "Stop that process, or set dataDir to another path."
        case .inUse(let path, nil):
            "The data directory \(path) is in use by another process. Stop that process, or set dataDir to another path."
        case .restoreUnfinished(let path):
            "The data directory \(path) is in the middle of a restore that was interrupted. "
                + "Finish it: sluice restore FOLDER --force"
        case .newerSchema(let path):
            "\(path) was written by a newer version of Sluice. Start that version, or restore a backup."
        case .foreignDatabase(let path, let applicationID):
            "\(path) belongs to another program (application id \(applicationID)). Set dataDir to another path."
        case .damaged(let path, let finding):
            "\(path) is damaged: \(finding). Nothing was changed. "
                + "Restore a backup (sluice restore FOLDER --force), or move the file away to begin without it."
        case .unreadableValue(let table, let column):
            "The registry holds a value in \(table).\(column) that Sluice never writes. Restore it from a backup."
        case .revisionConflict(let stored, let expected):
            "The stored registry is at revision \(stored), the change was made for revision \(expected). "
                + "Restart Sluice to read it again."
        case .notOneStep(let from, let to):
            "A change from revision \(from) to \(to) was to be stored; each change is one step. Report this as a defect."
        case .failed(let operation, let reason):
            "The registry could not \(operation): \(reason). Check the disk of the data directory."
        }
    }

    private func octal(_ mode: UInt16) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
