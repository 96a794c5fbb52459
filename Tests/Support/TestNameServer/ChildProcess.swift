import Glibc

/// A child process with an unblocked signal mask.
///
/// Foundation's `Process` hands the mask of the calling thread on; a dispatch thread blocks all signals, so that a server
/// started from a test would never see its SIGTERM.
final class ChildProcess {
    struct Failure: Error {
        let program: String
        let errno: Int32
    }

    let identifier: pid_t
    private var hasEnded = false

    /// Polls for the end after SIGTERM, then SIGKILL: 200 × 10 ms.
    private static let polls = 200
    private static let pollInterval: useconds_t = 10_000

    init(_ arguments: [String]) throws {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var vector = arguments.map { strdup($0) } + [nil]
        defer { vector.forEach { free($0) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, arguments[0], nil, &attributes, &vector, environ)
        guard code == 0 else { throw Failure(program: arguments[0], errno: code) }
        self.identifier = identifier
    }

    /// Whether the process has not ended by itself.
    var isRunning: Bool {
        guard !hasEnded else { return false }
        var status: Int32 = 0
        hasEnded = waitpid(identifier, &status, WNOHANG) != 0
        return !hasEnded
    }

    /// Ends the process and waits for its end.
    func stop() {
        guard isRunning else { return }
        kill(identifier, SIGTERM)
        for _ in 0..<Self.polls where isRunning {
            usleep(Self.pollInterval)
        }
        guard isRunning else { return }
        kill(identifier, SIGKILL)
        var status: Int32 = 0
        waitpid(identifier, &status, 0)
        hasEnded = true
    }
}
