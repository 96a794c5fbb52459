import CSpawn
import Foundation
import Glibc
import Synchronization

/// A program that we started, and that does not outlive this object.
///
/// Not Foundation's `Process`: on Linux its `run()` now and then reads past the end of an allocation and takes the whole
/// test process along, and its children inherit the signal mask of the thread that starts them, which in Swift's pool
/// blocks every signal. A child of ours blocks and ignores no signal and has no descriptor but its standard streams.
///
/// All calls may come from any thread. Those that wait block theirs.
package final class ChildProcess: Sendable {
    /// The program as it was named.
    package let program: String
    /// The child's process id; nobody else's before this object goes, or before it tells of the child's end.
    package let processID: Int32

    /// Readable once the child has ended (pidfd_open(2)).
    private let handle: Descriptor
    private let ourInput: Mutex<Descriptor?>
    private let ourOutput: Descriptor?
    private let ourErrors: Descriptor?
    /// Set by the one call that reaped the child.
    private let reaped = Mutex<ChildEnding?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: A path, relative ones from our working directory, or a name to look up in our PATH.
    ///   - arguments: Without the program's own name. No zero bytes.
    ///   - environment: Set on top of our own variables.
    ///   - directory: Where it runs; ours by default.
    ///   - errors: Goes where `output` goes by default.
    /// - Throws: ``ChildProcessError/notStarted(program:directory:errno:)``, or what kept a stream from being opened.
    package init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        directory: String? = nil,
        input: ChildStream = .null,
        output: ChildStream = .null,
        errors: ChildStream? = nil
    ) throws(ChildProcessError) {
        let inputEnds = try input.open(as: STDIN_FILENO)
        let outputEnds = try output.open(as: STDOUT_FILENO)
        let errorEnds: StreamEnds
        if let errors {
            errorEnds = try errors.open(as: STDERR_FILENO)
        } else {
            errorEnds = StreamEnds(child: try Descriptor(copying: outputEnds.child.number))
        }
        var plan = try SpawnPlan()
        if let directory { try plan.change(to: directory) }
        try plan.give(inputEnds.child, as: STDIN_FILENO)
        try plan.give(outputEnds.child, as: STDOUT_FILENO)
        try plan.give(errorEnds.child, as: STDERR_FILENO)
        try plan.closeOthers()
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let identifier: Int32
        switch plan.start(program, arguments, environment: variables) {
        case .success(let started): identifier = started
        case .failure(let reason):
            throw .notStarted(program: program, directory: directory, errno: reason.errno)
        }
        do {
            handle = try Descriptor(from: "pidfd_open", pidfd_open(identifier, 0))
        } catch {
            var status: Int32 = 0
            kill(identifier, SIGKILL)
            waitpid(identifier, &status, 0)
            throw error
        }
        self.program = program
        processID = identifier
        ourInput = Mutex(inputEnds.ours)
        ourOutput = outputEnds.ours
        ourErrors = errorEnds.ours
    }

    /// Kills the child with SIGKILL if it still runs, and reaps it.
    deinit {
        guard isRunning else { return }
        send(signal: SIGKILL)
        _ = wait()
    }

    /// How the child ended; nil while it runs. Does not block.
    package var ending: ChildEnding? {
        reaped.withLock { reaped in
            if let reaped { return reaped }
            var status: Int32 = 0
            let result = waitpid(processID, &status, WNOHANG)
            precondition(result >= 0, "\(program): somebody else reaped process \(processID): errno \(errno)")
            if result == processID { reaped = ChildEnding(waitStatus: status) }
            return reaped
        }
    }

    /// Whether the child has not ended.
    package var isRunning: Bool { ending == nil }

    /// Sends a signal, unless the child has ended.
    package func send(signal: Int32) {
        // Under the lock, so that nobody reaps the child in between and another process takes its id.
        reaped.withLock { reaped in
            if reaped == nil { kill(processID, signal) }
        }
    }

    /// Blocks until the child has ended.
    package func wait() -> ChildEnding {
        while true {
            if let ending { return ending }
            awaitEnd(milliseconds: -1)
        }
    }

    /// Blocks until the child has ended, or the deadline has passed: nil.
    package func wait(until deadline: ContinuousClock.Instant) -> ChildEnding? {
        while true {
            if let ending { return ending }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return nil }
            awaitEnd(milliseconds: Int32(clamping: Int64(left / .milliseconds(1)) + 1))
        }
    }

    /// Asks the child to end (SIGTERM), kills it when it has not after `grace`, and blocks until it is gone.
    @discardableResult
    package func stop(grace: Duration = .seconds(2)) -> ChildEnding {
        send(signal: SIGTERM)
        if let ending = wait(until: .now + grace) { return ending }
        send(signal: SIGKILL)
        return wait()
    }

    /// Closes our end of a piped input: the child reads its end.
    package func closeInput() {
        ourInput.withLock { $0 = nil }
    }

    /// Blocks until the child has written to its piped output, and gives at most `limit` bytes; none at its end.
    package func readOutput(upTo limit: Int) throws(ChildProcessError) -> [UInt8] {
        guard let bytes = try ourOutput?.read(upTo: limit) else { throw .notPiped(stream: STDOUT_FILENO) }
        return bytes
    }

    /// Blocks until the piped output ends, and gives the rest of it as UTF-8.
    package func readOutput() throws(ChildProcessError) -> String {
        guard let text = try ourOutput?.readToEnd() else { throw .notPiped(stream: STDOUT_FILENO) }
        return text
    }

    /// Blocks until the piped error stream ends, and gives the rest of it as UTF-8.
    ///
    /// A child that fills one pipe while the other is being read blocks: read both at once, or let them be one.
    package func readErrors() throws(ChildProcessError) -> String {
        guard let text = try ourErrors?.readToEnd() else { throw .notPiped(stream: STDERR_FILENO) }
        return text
    }

    /// Blocks until the child ends or the time is over (-1: never), or a signal handler ran; the caller looks again.
    private func awaitEnd(milliseconds: Int32) {
        var entry = pollfd(fd: handle.number, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, milliseconds)
    }
}
