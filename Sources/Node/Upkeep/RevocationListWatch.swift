import AdminAPI
import Credentials
import Foundation
import Logging
import Registry
import Synchronization

/// Warns of CAs whose revocation list is missing although the configuration names one, or is past its nextUpdate.
///
/// What that does to the CA's devices is decided at each handshake, by the list's own rule: hard-fail lets nobody in,
/// soft-fail everybody who is on no list.
final class RevocationListWatch: Sendable {
    /// How often it is looked for.
    static let interval = Duration.seconds(5)

    /// A CA whose list is not as it should be.
    struct Finding: Hashable, Sendable {
        /// What is wrong.
        enum Defect: Hashable, Sendable {
            /// The configuration names a file, and nothing that is in it was ever put in force.
            case missing(file: String)
            /// A newer list was promised for that time.
            case stale(since: Date)
        }

        let authority: Fingerprint
        let label: String
        let defect: Defect
        let onStale: RevocationList.StalePolicy
    }

    private let configured: [WatchedRevocationList]
    private let cluster: @Sendable () -> ClusterState
    private let events: EventHub
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let told = Mutex<Set<Finding>>([])

    init(
        _ configured: [WatchedRevocationList],
        cluster: @escaping @Sendable () -> ClusterState,
        events: EventHub,
        logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.configured = configured
        self.cluster = cluster
        self.events = events
        self.logger = logger
        self.now = now
    }

    /// What is wrong at this moment, by the CAs' labels.
    var findings: [Finding] {
        let (state, time) = (cluster(), now())
        var found: Set<Finding> = []
        for entry in configured {
            for authority in (try? state.trustedCAs(matching: entry.authority)) ?? []
            where authority.state == .active && authority.revocationList == nil {
                found.insert(Finding(authority, .missing(file: entry.file), entry.onStale))
            }
        }
        for authority in state.activeAuthorities + state.supersededAuthorities.values.map(\.ca) {
            guard let list = authority.revocationList, let end = list.nextUpdate, list.isStale(at: time) else {
                continue
            }
            found.insert(Finding(authority, .stale(since: end), list.onStale))
        }
        return found.sorted { ($0.label, $0.authority) < ($1.label, $1.authority) }
    }

    /// Tells what is new, once each.
    func look() async {
        let found = findings
        let new = told.withLock { told in
            defer { told = Set(found) }
            return found.filter { !told.contains($0) }
        }
        for finding in new {
            logger.warning(
                "revocation list not as it should be",
                metadata: ["ca": "\(finding.label)", "problem": "\(finding.words)"]
            )
            events.publish(
                .caCertificateChanged(
                    at: now(),
                    fingerprint: finding.authority,
                    label: finding.label,
                    change: finding.defect.word,
                    state: .active,
                    by: .system
                )
            )
        }
    }

    /// Does not keep the node from serving, but somebody has to know.
    var readiness: Readiness.Check {
        let words = findings.map { "CA \($0.label): \($0.words)" }
        return Readiness.Check(
            name: "revocation-lists",
            problem: nil,
            warning: words.isEmpty ? nil : words.joined(separator: "; ")
        )
    }
}

extension RevocationListWatch.Finding {
    fileprivate init(_ authority: RegisteredCA, _ defect: Defect, _ onStale: RevocationList.StalePolicy) {
        self.init(authority: authority.fingerprint, label: authority.label, defect: defect, onStale: onStale)
    }

    /// What is wrong, and what it does.
    fileprivate var words: String {
        let found =
            switch defect {
            case .missing(let file): "no list was read from \(file) yet"
            case .stale(let end): "a newer list was due at \(end.ISO8601Format())"
            }
        return found + (onStale == .hardFail ? ", its devices are refused" : ", its devices are let in nevertheless")
    }
}

extension RevocationListWatch.Finding.Defect {
    /// As the event has it.
    fileprivate var word: String {
        switch self {
        case .missing: "revocation-list-missing"
        case .stale: "revocation-list-stale"
        }
    }
}
