package import struct FoundationEssentials.Date

/// Who still needed a superseded certificate since it was superseded, and whether its grace period can be closed.
package struct RotationReport: Hashable, Sendable {
    /// A client that needed the superseded certificate.
    package struct Client: Hashable, Sendable {
        /// Who it is.
        package let client: SightedClient
        /// The common name of its certificate.
        package let commonName: String?
        /// Where it came from last.
        package let address: String
        /// The server name that it asked for last.
        package let serverName: String?
        /// How often it needed the superseded certificate.
        package let count: Int
        /// When it needed it first.
        package let firstNeeded: Date
        /// When it needed it last.
        package let lastNeeded: Date
        /// When it last did with the successor.
        package let lastUsedNew: Date?

        /// Whether it would be refused as things stand: it has not come with the successor since it needed the old one.
        package var isPending: Bool { lastUsedNew.map { $0 < lastNeeded } ?? true }

        /// Gathers a stored row.
        package init(
            client: SightedClient,
            commonName: String?,
            address: String,
            serverName: String?,
            count: Int,
            firstNeeded: Date,
            lastNeeded: Date,
            lastUsedNew: Date?
        ) {
            self.client = client
            self.commonName = commonName
            self.address = address
            self.serverName = serverName
            self.count = count
            self.firstNeeded = firstNeeded
            self.lastNeeded = lastNeeded
            self.lastUsedNew = lastUsedNew
        }
    }

    /// The superseded certificate.
    package let superseded: Fingerprint
    /// When it was superseded; `nil` if that is not known any more.
    package let openedAt: Date?
    /// Connections that needed it.
    package let oldConnections: Int
    /// The last of them.
    package let lastOld: Date?
    /// Connections that did with its successor.
    package let newConnections: Int
    /// The last of them.
    package let lastNew: Date?
    /// How many clients needed it.
    package let clientCount: Int
    /// How many of them have not come with its successor since.
    package let pendingCount: Int
    /// The clients that needed it: pending ones first, the last seen first; as many as were asked for.
    package let clients: [Client]
    /// Connections whose client is not in the list, because as many clients are kept as may be.
    package let unlisted: Int

    /// Gathers what was stored.
    package init(
        superseded: Fingerprint,
        openedAt: Date?,
        oldConnections: Int,
        lastOld: Date?,
        newConnections: Int,
        lastNew: Date?,
        clientCount: Int,
        pendingCount: Int,
        clients: [Client],
        unlisted: Int
    ) {
        self.superseded = superseded
        self.openedAt = openedAt
        self.oldConnections = oldConnections
        self.lastOld = lastOld
        self.newConnections = newConnections
        self.lastNew = lastNew
        self.clientCount = clientCount
        self.pendingCount = pendingCount
        self.clients = clients
        self.unlisted = unlisted
    }
}

/// Whether a grace period can be closed before its deadline.
///
/// `safe` says: of the clients that came since the replacement, nobody would be refused. It says nothing about clients that
/// have not come since: devices that hold a session from before, or sleep for days. For them, compare with the list of
/// client certificates, or wait as long as your devices sleep.
package enum RotationVerdict: Hashable, Sendable {
    /// Every client that needed the old certificate has come with the new one since, somebody came at all, and the
    /// replacement is at least `RotationReport.observationTime` old.
    case safe
    /// So many clients needed the old certificate when they came last.
    case unsafe(pending: Int, last: Date)
    /// Too early: the replacement is younger than `RotationReport.observationTime`.
    case tooEarly(observed: Duration)
    /// Nobody came at all since the replacement.
    case nobodySeen
    /// More clients needed the old certificate than are kept, so that some of them may be pending.
    case tooMany(unlisted: Int)
}

extension RotationReport {
    /// How long a replacement is watched before anything is called safe: two keep-alive periods of 60 s and the time to
    /// reconnect.
    package static let observationTime: Duration = .seconds(180)

    /// Whether the grace period can be closed now.
    package func verdict(at now: Date) -> RotationVerdict {
        if pendingCount > 0, let lastOld { return .unsafe(pending: pendingCount, last: lastOld) }
        if unlisted > 0 { return .tooMany(unlisted: unlisted) }
        guard oldConnections + newConnections > 0 else { return .nobodySeen }
        if let openedAt {
            let observed = Duration.seconds(max(0, now.timeIntervalSince(openedAt)))
            if observed < Self.observationTime { return .tooEarly(observed: observed) }
        }
        return .safe
    }
}

extension RotationVerdict: CustomStringConvertible {
    /// Whether nothing speaks against closing.
    package var isSafe: Bool { self == .safe }

    /// A stable word for programs.
    package var code: String {
        switch self {
        case .safe: "safe"
        case .unsafe: "unsafe"
        case .tooEarly: "too_early"
        case .nobodySeen: "nobody_seen"
        case .tooMany: "too_many"
        }
    }

    /// What was found, what was needed, what to do.
    package var description: String {
        switch self {
        case .safe:
            "Safe to close: every client that came since the replacement does with the new certificate."
        case .unsafe(let pending, let last):
            "Not safe to close: \(pending) \(pending == 1 ? "client" : "clients") needed the old certificate when seen last "
                + "(at \(last.timestamp) for the last time). Give them the new trust or certificate, or extend the grace period."
        case .tooEarly(let observed):
            "Too early to say: the replacement is \(observed.components.seconds) s old, "
                + "\(RotationReport.observationTime.components.seconds) s are needed. Look again later."
        case .nobodySeen:
            "Cannot say: no client has come since the replacement. Wait until devices have reconnected."
        case .tooMany(let unlisted):
            "Cannot say: \(unlisted) connections needed the old certificate beyond the clients that are kept. "
                + "Wait for the deadline, or extend the grace period."
        }
    }
}
