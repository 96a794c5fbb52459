import Glibc

/// Where the master key is kept: the configuration's `keyEncryption`.
package enum MasterKeyPlace: Hashable, Sendable {
    /// A file with mode 0600. A systemd credential of the file's name comes first where there is one.
    case file(path: String)
    /// An environment variable.
    case environment(variable: String)

    /// The mode of the file.
    package static let fileMode: UInt16 = 0o600
    /// Key files are read up to here; a key in any form is shorter.
    private static let maximumFileBytes = 4096
    private static let credentialsVariable = "CREDENTIALS_DIRECTORY"

    /// Reads the key. Blocks for the file.
    ///
    /// - Parameter environment: the process's environment variables.
    /// - Throws: `CredentialsError.masterKeyMissing` with every place that was looked at, `.masterKeyPermissions`,
    ///   `.masterKeyInaccessible` or `.masterKeyFormat`.
    package func load(environment: [String: String]) throws(CredentialsError) -> MasterKey {
        switch self {
        case .environment(let variable):
            guard let text = environment[variable], !text.isEmpty else {
                throw .masterKeyMissing(lookedFor: ["environment variable \(variable)"])
            }
            return try MasterKey(parsing: Array(text.utf8), source: "Environment variable \(variable)")
        case .file(let path):
            var places: [String] = []
            if let credential = Self.credential(named: path, environment) {
                places.append(credential)
                // systemd shows an access list as group bits, so the mode says nothing here.
                if let content = try Self.read(credential, checkingMode: false) {
                    return try MasterKey(parsing: content, source: credential)
                }
            }
            places.append(path)
            guard let content = try Self.read(path, checkingMode: true) else {
                throw .masterKeyMissing(lookedFor: places)
            }
            return try MasterKey(parsing: content, source: path)
        }
    }

    /// Makes a file with a new key, readable by its owner alone, and gives the key. Blocks until it is on disk.
    ///
    /// - Throws: `CredentialsError.masterKeyExists` rather than touching a file that is there.
    package static func createFile(at path: String) throws(CredentialsError) -> MasterKey {
        let key = try MasterKey.generate()
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(fileMode))
        guard descriptor >= 0 else {
            if errno == EEXIST { throw .masterKeyExists(path: path) }
            throw .masterKeyInaccessible(path: path, call: "open", errno: errno)
        }
        defer { close(descriptor) }
        let content = key.fileContent
        guard write(descriptor, content, content.count) == content.count else {
            throw .masterKeyInaccessible(path: path, call: "write", errno: errno)
        }
        guard fsync(descriptor) == 0 else {
            throw .masterKeyInaccessible(path: path, call: "fsync", errno: errno)
        }
        return key
    }

    private static func credential(named path: String, _ environment: [String: String]) -> String? {
        guard let directory = environment[credentialsVariable], !directory.isEmpty,
            let name = path.split(separator: "/").last
        else { return nil }
        return directory + "/" + name
    }

    /// The file's content; `nil` if there is no file.
    private static func read(_ path: String, checkingMode: Bool) throws(CredentialsError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .masterKeyInaccessible(path: path, call: "open", errno: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .masterKeyInaccessible(path: path, call: "fstat", errno: errno)
        }
        let mode = UInt16(status.st_mode & 0o7777)
        if checkingMode, mode & 0o077 != 0 { throw .masterKeyPermissions(path: path, found: mode) }
        var content = [UInt8](repeating: 0, count: maximumFileBytes)
        let count = Glibc.read(descriptor, &content, content.count)
        guard count >= 0 else { throw .masterKeyInaccessible(path: path, call: "read", errno: errno) }
        content.removeLast(content.count - count)
        return content
    }
}
