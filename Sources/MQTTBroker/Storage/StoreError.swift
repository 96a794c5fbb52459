/// Why the store could not read or write; each case carries what was found.
package enum StoreError: Error, Hashable, Sendable {
    /// No room: the disk, a quota or the database's own bound. Nothing of the batch was stored; a later attempt may succeed.
    case full(path: String, reason: String)
    /// An operation failed for another reason, such as an I/O error. Nothing of the batch was stored; it is tried again.
    case failed(operation: String, code: Int32, reason: String)
    /// The file cannot be read as what it should be. Trying again does not help.
    case damaged(path: String, finding: String)
}

extension StoreError: CustomStringConvertible {
    /// What was found, what was needed, what to do.
    package var description: String {
        switch self {
        case .full(let path, let reason):
            "\(path) cannot grow: \(reason). Messages that must be kept are refused until there is room. "
                + "Free space on its disk; the broker goes on by itself."
        case .failed(let operation, let code, let reason):
            "The broker's store could not \(operation): \(reason) (\(code)). Check the disk of the data directory."
        case .damaged(let path, let finding):
            "\(path) is damaged: \(finding). Nothing was changed. Restore it from a backup."
        }
    }
}
