import AdminAPI
import Logging
import Registry
import Synchronization

/// Whether the registry's storage answers and takes what it is given.
final class StorageCheck: Sendable {
    /// How often it is asked.
    static let interval = Duration.seconds(5)

    private let audit: any AuditStore
    private let flush: SightingFlush
    private let logger: Logger
    private let reason = Mutex<String?>(nil)

    init(_ audit: any AuditStore, flush: SightingFlush, logger: Logger) {
        self.audit = audit
        self.flush = flush
        self.logger = logger
    }

    /// Asks it.
    func look() async {
        do {
            _ = try await audit.head()
            if reason.withLock({ $0.take() }) != nil { logger.notice("the registry's storage answers again") }
        } catch {
            let isNew = reason.withLock { reason in
                defer { reason = "\(error)" }
                return reason == nil
            }
            if isNew { logger.error("the registry's storage does not answer", metadata: ["reason": "\(error)"]) }
        }
    }

    /// Whether it answers, and if not, why.
    var readiness: Readiness.Check {
        let problem = reason.withLock { $0 } ?? (flush.isWorking ? nil : "what is seen of clients cannot be stored")
        return Readiness.Check(name: "storage", problem: problem)
    }
}
