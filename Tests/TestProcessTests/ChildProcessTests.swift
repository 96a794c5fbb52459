import Foundation
import Glibc
import TestProcess
import Testing

@Suite("A child process")
struct ChildProcessTests {
    @Test func `gives its exit status`() throws {
        let child = try ChildProcess("sh", ["-c", "exit 7"])
        #expect(child.wait() == .exited(7))
        #expect(!child.isRunning)
        #expect(child.wait() == .exited(7))
    }

    @Test func `gives the signal that ended it`() throws {
        let child = try ChildProcess("sleep", ["600"])
        #expect(child.isRunning)
        child.send(signal: SIGKILL)
        #expect(child.wait() == .signalled(SIGKILL))
        child.send(signal: SIGKILL)
    }

    @Test func `is still running at a deadline before its end`() throws {
        let child = try ChildProcess("sleep", ["600"])
        #expect(child.wait(until: .now) == nil)
        #expect(child.wait(until: .now + .milliseconds(30)) == nil)
        #expect(child.isRunning)
    }

    @Test func `may ask several threads to wait for it`() async throws {
        let child = try ChildProcess("cat", input: .pipe)
        let endings = await withTaskGroup(of: ChildEnding.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread { continuation.resume(returning: child.wait()) }
                    }
                }
            }
            child.closeInput()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(endings == Array(repeating: .exited(0), count: 4))
    }

    @Test func `is killed and reaped when nobody holds it`() throws {
        var child: ChildProcess? = try ChildProcess("sleep", ["600"])
        let identifier = try #require(child?.processID)
        #expect(kill(identifier, 0) == 0)
        child = nil
        #expect(kill(identifier, 0) == -1 && errno == ESRCH)
    }

    @Test func `that does not hear SIGTERM is killed after the grace`() throws {
        let script = "trap '' TERM; echo ready; while :; do sleep 1; done"
        let child = try ChildProcess("sh", ["-c", script], output: .pipe)
        #expect(try child.readOutput(upTo: 100) == Array("ready\n".utf8))
        #expect(child.stop(grace: .milliseconds(50)) == .signalled(SIGKILL))
    }

    @Test func `may print more than a pipe holds`() throws {
        let child = try ChildProcess("head", ["-c", "3000000", "/dev/zero"], output: .pipe)
        #expect(try child.readOutput().utf8.count == 3_000_000)
        #expect(child.wait() == .exited(0))
    }

    @Test func `has its output and errors in one pipe unless told otherwise`() throws {
        let script = "echo one; echo two >&2; echo three"
        #expect(try ChildProcess("sh", ["-c", script], output: .pipe).readOutput() == "one\ntwo\nthree\n")
        let apart = try ChildProcess("sh", ["-c", script], output: .pipe, errors: .pipe)
        #expect(try apart.readOutput() == "one\nthree\n")
        #expect(try apart.readErrors() == "two\n")
    }

    @Test func `reads and writes files`() throws {
        let directory = try Directory()
        try Data("text".utf8).write(to: directory.url.appendingPathComponent("in"))
        let output = directory.path("out")
        let child = try ChildProcess("cat", input: .file(directory.path("in")), output: .file(output))
        #expect(child.wait() == .exited(0))
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "text")
    }

    @Test func `writes to a descriptor of ours`() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        #expect(try ChildProcess("echo", ["here"], output: .descriptor(descriptor)).wait() == .exited(0))
        try pipe.fileHandleForWriting.close()
        #expect(try pipe.fileHandleForReading.readToEnd() == Data("here\n".utf8))
    }

    @Test func `runs in the directory and with the variables it is given`() throws {
        let directory = try Directory()
        let child = try ChildProcess(
            "sh",
            ["-c", "pwd -P; echo $COLOUR; echo ${PATH:+path}"],
            environment: ["COLOUR": "green"],
            directory: directory.url.path,
            output: .pipe
        )
        #expect(try child.readOutput() == "\(directory.url.resolvingSymlinksInPath().path)\ngreen\npath\n")
    }

    @Test func `that is missing is an error with its name`() {
        #expect(throws: ChildProcessError.notStarted(program: "no-such-program", directory: nil, errno: ENOENT)) {
            try ChildProcess("no-such-program")
        }
        #expect(throws: ChildProcessError.notStarted(program: "/no/such", directory: nil, errno: ENOENT)) {
            try ChildProcess("/no/such")
        }
    }

    @Test func `that is not executable, or whose directory is missing, is an error`() {
        #expect(throws: ChildProcessError.notStarted(program: "/etc/passwd", directory: nil, errno: EACCES)) {
            try ChildProcess("/etc/passwd")
        }
        #expect(throws: ChildProcessError.notStarted(program: "true", directory: "/no/such", errno: ENOENT)) {
            try ChildProcess("true", directory: "/no/such")
        }
        #expect(throws: ChildProcessError.notOpened(path: "/no/such", errno: ENOENT)) {
            try ChildProcess("true", input: .file("/no/such"))
        }
    }

    @Test func `blocks and ignores no signal, whatever the thread that starts it does`() async throws {
        let status = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_SETMASK, &all, nil)
                let before = signal(SIGUSR2, SIG_IGN)
                defer { signal(SIGUSR2, before) }
                let child = Result {
                    try ChildProcess("grep", ["-E", "Sig(Blk|Ign)", "/proc/self/status"], output: .pipe).readOutput()
                }
                continuation.resume(with: child)
            }
        }
        let sets = status.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0, radix: 16) }
        // 32 and 33 are glibc's own: it ignores them until it needs them.
        #expect(sets == [0, 0x1_8000_0000])
    }

    @Test func `inherits none of a thousand open descriptors`() throws {
        let plain = (0..<1000).map { _ in open("/dev/null", O_RDONLY) }
        defer { for descriptor in plain { close(descriptor) } }
        try #require(plain.allSatisfy { $0 > 2 && fcntl($0, F_GETFD) == 0 })
        // The shell's own pattern opens the directory under the next free number: 3.
        let child = try ChildProcess("sh", ["-c", "echo /proc/self/fd/*"], output: .pipe)
        #expect(try child.readOutput() == "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n")
    }
}

/// A directory of a test, removed with this object.
private final class Directory {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-child-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
