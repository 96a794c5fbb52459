import AdminAPI
import Foundation
import Logging
import MQTTBroker
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Reads the configuration file again and says what is different; a wrong file changes nothing.
///
/// The facts of the cluster (certificates, CAs, mode, TLS range) are in the registry and take effect at once. What the file
/// holds are the facts of the node: addresses, paths and limits, each of which needs a start to take effect. The one
/// exception is the ACL file, which is read again too: its rules hold at once, also for clients that are connected.
final class ConfigurationReload: Sendable {
    private let running: Configuration
    private let logger: Logger
    private let succeeded = Mutex(true)
    private let rules: Mutex<AccessRulesFile?>
    private let use: @Sendable (AccessRules?) -> Void

    /// - Parameters:
    ///   - rules: the ACL file as the node began with it.
    ///   - use: puts other rules in force.
    init(
        _ running: Configuration,
        rules: AccessRulesFile? = nil,
        logger: Logger,
        use: @escaping @Sendable (AccessRules?) -> Void = { _ in }
    ) {
        self.running = running
        self.rules = Mutex(rules)
        self.logger = logger
        self.use = use
    }

    /// Whether the file was good when it was last read.
    var lastSucceeded: Bool { succeeded.withLock { $0 } }

    /// Throws a ``ReloadRefusal`` with every problem of the file.
    func reload() throws(ReloadRefusal) -> ReloadReport {
        let wanted: Configuration
        let wantedRules: AccessRulesFile?
        do throws(ConfigurationError) {
            wanted = try Configuration.load(running.file)
            wantedRules = try wanted.accessRules()
        } catch {
            succeeded.withLock { $0 = false }
            let problems = error.problems.map { "\($0)" }
            logger.error("configuration file not usable, nothing changed", metadata: ["problems": "\(problems)"])
            throw ReloadRefusal(problems: problems)
        }
        succeeded.withLock { $0 = true }
        let old = Dictionary(running.settings.map { ($0.path, $0.value) }, uniquingKeysWith: { $1 })
        let new = Dictionary(wanted.settings.map { ($0.path, $0.value) }, uniquingKeysWith: { $1 })
        let changes = change(to: wantedRules).map { [$0] } ?? []
        let pending = Set(old.keys).union(new.keys).subtracting([AccessRulesFile.setting]).sorted()
            .filter { old[$0] != new[$0] }
            .map { ReloadReport.Change(setting: $0, old: old[$0], new: new[$0]) }
        for change in pending {
            logger.warning(
                "a setting of the configuration file changes at the next start",
                metadata: ["setting": "\(change.setting)", "new": "\(change.new ?? "-")"]
            )
        }
        return ReloadReport(changes: changes, pendingRestart: pending)
    }

    /// Puts other rules in force; nil when they are the same.
    private func change(to wanted: AccessRulesFile?) -> ReloadReport.Change? {
        let old: AccessRulesFile?? = rules.withLock { rules in
            let isSame = wanted.map { $0.isSame(as: rules) } ?? (rules == nil)
            guard !isSame else { return nil }
            defer { rules = wanted }
            return .some(rules)
        }
        guard let old else { return nil }
        use(wanted.map { AccessRules($0.file) })
        wanted?.warn(logger)
        logger.notice("rules of the ACL file in force", metadata: ["rules": "\(wanted?.words ?? "none")"])
        return ReloadReport.Change(setting: AccessRulesFile.setting, old: old?.words, new: wanted?.words)
    }
}

extension AccessRulesFile {
    /// `acl.conf (12 rules)`
    fileprivate var words: String { "\(path) (\(file.rules.count) rule\(file.rules.count == 1 ? "" : "s"))" }

    /// Says what is odd in the file.
    func warn(_ logger: Logger) {
        for warning in warnings { logger.warning("odd rule in the ACL file", metadata: ["rule": "\(warning)"]) }
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
