import Glibc

/// How a child ended.
package enum ChildEnding: Hashable, Sendable {
    /// It ended by itself, with this exit status.
    case exited(Int32)
    /// This signal ended it.
    case signalled(Int32)

    /// Reads what waitpid(2) gave for a child that has ended.
    init(waitStatus: Int32) {
        // The macros WIFEXITED, WEXITSTATUS and WTERMSIG, which Swift cannot import.
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signalled(signal)
    }

    /// One number for both, as a shell gives it: the exit status, or 128 and the signal.
    package var status: Int32 {
        switch self {
        case .exited(let status): status
        case .signalled(let signal): 128 + signal
        }
    }
}
