import Foundation

/// Writing to standard output and standard error, whoever reads there.
///
/// `FileHandle.write` traps when the reader has gone, as in `sluice status | head -1`; the process ignores SIGPIPE.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// Writes all of a text. When the reader of standard output has gone, nobody wants the rest: the program ends, as
    /// SIGPIPE would have ended it. Blocks as long as the reader does.
    func write(_ text: String) {
        write(bytes: text.utf8)
    }

    /// The same for bytes as they are.
    func write(bytes: some Sequence<UInt8>) {
        var rest = ArraySlice(bytes)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(rawValue, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                guard self == .output else { return }
                if errno == EPIPE { exit(128 + SIGPIPE) }
                // Half a list that looks like a whole one is worse than none.
                let reason = String(cString: strerror(errno))
                Self.error.write("sluice: Standard output cannot be written: \(reason). What is there is not all.\n")
                exit(CommandStatus.answerIsNo.rawValue)
            }
            rest = rest.dropFirst(count)
        }
    }
}
