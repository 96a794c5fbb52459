import Credentials

/// Files that somebody else writes, read whole and no further than they may be long.
enum MaterialFile {
    /// An OCSP response is one to three kilobytes.
    static let stapleLimit = 64 * 1024

    /// The file's bytes. Throws a `ProtectedFileError`.
    static func bytes(_ path: String, limit: Int) throws(ProtectedFileError) -> [UInt8] {
        try ProtectedFile.read(path, limit: limit, .anybody)
    }

    /// The file as text; what is not UTF-8 is not in a PEM block either.
    static func text(_ path: String, limit: Int) throws(ProtectedFileError) -> String {
        String(decoding: try bytes(path, limit: limit), as: UTF8.self)
    }
}
