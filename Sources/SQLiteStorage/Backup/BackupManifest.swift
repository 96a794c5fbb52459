package import FoundationEssentials

/// What a backup says of itself, in its file `manifest.json`: what is in it, from when and from what, and how to tell
/// whether it is still whole. No secrets.
package struct BackupManifest: Codable, Hashable, Sendable {
    /// The manifest's name in the backup.
    package static let fileName = "manifest.json"
    /// The layout of backups that this version writes, and the newest that it reads.
    package static let currentFormat = 1
    /// More than this is no manifest of ours, in bytes.
    static let largest = 64 * 1024

    /// The layout of the backup.
    package var format: Int
    /// The version of Sluice that made it.
    package var sluice: String
    /// The name of the node whose state it is.
    package var node: String
    /// The moment that all its files show.
    package var createdAt: Date
    /// The files, in no order that matters.
    package var files: [File]

    /// One database of the backup.
    package struct File: Codable, Hashable, Sendable {
        /// Which one; also its name in the backup.
        package var name: StoredFile
        /// Its length.
        package var bytes: Int
        /// Its SHA-256, in lower-case hexadecimal digits.
        package var sha256: String
    }

    /// The sum of the files' lengths.
    package var bytes: Int { files.map(\.bytes).reduce(0, +) }

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
