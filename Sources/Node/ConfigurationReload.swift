import AdminAPI
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Reads the configuration file again and says what is different; a wrong file changes nothing.
///
/// The facts of the cluster (certificates, CAs, mode, TLS range) are in the registry and take effect at once. What the file
/// holds are the facts of the node: addresses, paths and limits, each of which needs a start to take effect.
final class ConfigurationReload: Sendable {
    private let running: Configuration
    private let logger: Logger
    private let succeeded = Mutex(true)

    init(_ running: Configuration, logger: Logger) {
        self.running = running
        self.logger = logger
    }

    /// Whether the file was good when it was last read.
    var lastSucceeded: Bool { succeeded.withLock { $0 } }

    /// Throws a ``ReloadRefusal`` with every problem of the file.
    func reload() throws(ReloadRefusal) -> ReloadReport {
        let wanted: Configuration
        do {
            wanted = try Configuration.load(running.file)
        } catch {
            succeeded.withLock { $0 = false }
            let problems = error.problems.map { "\($0)" }
            logger.error("configuration file not usable, nothing changed", metadata: ["problems": "\(problems)"])
            throw ReloadRefusal(problems: problems)
        }
        succeeded.withLock { $0 = true }
        let old = Dictionary(running.settings.map { ($0.path, $0.value) }, uniquingKeysWith: { $1 })
        let new = Dictionary(wanted.settings.map { ($0.path, $0.value) }, uniquingKeysWith: { $1 })
        let pending = Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }
            .map { ReloadReport.Change(setting: $0, old: old[$0], new: new[$0]) }
        for change in pending {
            logger.warning(
                "a setting of the configuration file changes at the next start",
                metadata: ["setting": "\(change.setting)", "new": "\(change.new ?? "-")"]
            )
        }
        return ReloadReport(changes: [], pendingRestart: pending)
    }
}

/// Reloads on every SIGHUP.
struct ReloadService: Service {
    let reload: ConfigurationReload

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            // The outcome is in the log.
            _ = try? reload.reload()
        }
    }
}
