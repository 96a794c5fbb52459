import CSpawn
import Glibc

/// A descriptor of ours: closed at the end of its life, closed in every program we start, never 0, 1 or 2.
///
/// Above the standard streams, because there a child would take it for one of them, and dup2(2) of a number onto itself
/// would leave it closed on exec.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    /// Takes over what a system call gave: a descriptor with O_CLOEXEC, or a negative number and errno.
    init(from call: String, _ result: Int32) throws(ChildProcessError) {
        guard result >= 0 else { throw .system(call: call, errno: errno) }
        guard result <= STDERR_FILENO else {
            number = result
            return
        }
        let moved = fcntl(result, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        let reason = errno
        close(result)
        guard moved >= 0 else { throw .system(call: "fcntl", errno: reason) }
        number = moved
    }

    init(opening path: String, _ flags: Int32) throws(ChildProcessError) {
        let result = open(path, flags | O_CLOEXEC, 0o644)
        guard result >= 0 else { throw .notOpened(path: path, errno: errno) }
        try self.init(from: "open", result)
    }

    init(copying other: Int32) throws(ChildProcessError) {
        try self.init(from: "fcntl", fcntl(other, F_DUPFD_CLOEXEC, STDERR_FILENO + 1))
    }

    deinit { close(number) }

    /// Blocks until there are bytes, at most `limit`; none once every writer has closed.
    func read(upTo limit: Int) throws(ChildProcessError) -> [UInt8] {
        while true {
            var count = 0
            var reason: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, used in
                count = Glibc.read(number, buffer.baseAddress, limit)
                reason = errno
                used = max(count, 0)
            }
            if count >= 0 { return bytes }
            guard reason == EINTR else { throw .system(call: "read", errno: reason) }
        }
    }

    /// Blocks until every writer has closed, and gives all bytes as UTF-8.
    func readToEnd() throws(ChildProcessError) -> String {
        var bytes: [UInt8] = []
        while true {
            let more = try read(upTo: 65_536)
            if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
        }
    }
}

/// A new pipe.
struct Pipe: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(ChildProcessError) {
        var numbers: [Int32] = [-1, -1]
        guard pipe2(&numbers, O_CLOEXEC) == 0 else { throw .system(call: "pipe2", errno: errno) }
        let first: Descriptor
        do {
            first = try Descriptor(from: "pipe2", numbers[0])
        } catch {
            close(numbers[1])
            throw error
        }
        let second = try Descriptor(from: "pipe2", numbers[1])
        reading = first
        writing = second
    }
}
