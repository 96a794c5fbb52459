/// Why a backup could not be made or put back; each case carries what was found.
package enum BackupError: Error, Hashable, Sendable {
    /// There is something where the backup was to be made.
    case destinationExists(path: String)
    /// The data directory holds no database.
    case nothingStored(directory: String)
    /// The folder has no manifest, or one that is not readable as one.
    case noManifest(path: String, reason: String)
    /// The backup has a layout of a newer version of Sluice.
    case newerFormat(found: Int, known: Int)
    /// The manifest names no registry, or a file twice.
    case incompleteManifest(path: String)
    /// A file that the manifest names is not there.
    case missingFile(path: String)
    /// A file is not as long as the manifest says.
    case differentLength(path: String, found: Int, needed: Int)
    /// A file's content is not what was backed up.
    case differentContent(path: String, found: String, needed: String)
    /// The data directory holds a state already.
    case stateExists(directory: String, files: [String])
    /// A database of the backup or of the data directory cannot be used.
    case storage(StorageError)
}

extension BackupError: CustomStringConvertible {
    /// What was found, what was needed, what to do.
    package var description: String {
        switch self {
        case .destinationExists(let path):
            "\(path) is there already, and a backup overwrites nothing. Name another path, or remove that one."
        case .nothingStored(let directory):
            "The data directory \(directory) holds no database to back up. Is it the dataDir of that gateway?"
        case .noManifest(let path, let reason):
            "\(path) is no backup of Sluice: \(reason). Name the folder that sluice backup made."
        case .newerFormat(let found, let known):
            "The backup has layout \(found), this version reads up to \(known). Restore it with the version that made it."
        case .incompleteManifest(let path):
            "\(path) does not name the registry, or names a file twice. Use another backup."
        case .missingFile(let path):
            "\(path) is missing, and the backup's manifest names it. Use another backup."
        case .differentLength(let path, let found, let needed):
            "\(path) has \(found) bytes, \(needed) were backed up. Use another backup."
        case .differentContent(let path, let found, let needed):
            "\(path) is not what was backed up: found SHA-256 \(found), needed \(needed). Use another backup."
        case .stateExists(let directory, let files):
            "The data directory \(directory) holds a state already (\(files.joined(separator: ", "))). "
                + "With --force it is moved aside, and kept."
        case .storage(let error): "\(error)"
        }
    }
}
