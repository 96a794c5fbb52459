/// Why a child could not be started, or not be read.
package enum ChildProcessError: Error, Hashable, Sendable {
    /// The program did not start: it is missing (ENOENT), is not executable (EACCES), or `directory` is not there (ENOENT).
    case notStarted(program: String, directory: String?, errno: Int32)
    /// A file meant for a standard stream could not be opened.
    case notOpened(path: String, errno: Int32)
    /// A system call failed.
    case system(call: String, errno: Int32)
    /// The stream with this descriptor number in the child was not given as a pipe.
    case notPiped(stream: Int32)
}
