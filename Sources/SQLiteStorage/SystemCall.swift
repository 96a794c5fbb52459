import Glibc

/// The few file calls that storage makes itself, with their failures as facts.
enum SystemCall {
    /// Mode bits that say who may do what, without the file's type.
    static let permissionBits: mode_t = 0o7777

    /// The system's words for an error number.
    static func message(for number: Int32) -> String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text)
    }

    /// Opens a file that a child process does not inherit; the caller closes the descriptor.
    static func open(_ path: String, flags: Int32, mode: mode_t) throws(StorageError) -> Int32 {
        while true {
            let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR else { throw .inaccessible(path: path, call: "open", errno: errno) }
        }
    }

    /// Makes a directory; `false` if something is there already.
    static func makeDirectory(_ path: String, mode: mode_t) throws(StorageError) -> Bool {
        if mkdir(path, mode) == 0 { return true }
        guard errno == EEXIST else { throw .inaccessible(path: path, call: "mkdir", errno: errno) }
        return false
    }

    /// What is at the path, symbolic links followed.
    static func status(_ path: String) throws(StorageError) -> stat {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .inaccessible(path: path, call: "stat", errno: errno) }
        return status
    }
}
