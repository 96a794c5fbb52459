import Foundation
import MQTTBroker
import Synchronization
import TLSGateway

/// When the tokens of connected clients end: one table of seconds for all of them, not a timer for each.
///
/// Holds some 100 bytes for each connected client with a token.
final class TokenExpiry: BrokerObserver {
    /// How long nobody looks at most: a client that has just come may have to go before all that were there.
    static let longestPause = Duration.milliseconds(500)

    private struct Due {
        /// Clients by the second of Unix time in which they have to go, with the number of their connections.
        var seconds: [Int: [Credential: Int]] = [:]
        /// No second is earlier.
        var earliest = Int.max
    }

    private let due = Mutex(Due())
    private let now: @Sendable () -> Date

    init(now: @escaping @Sendable () -> Date = { Date() }) {
        self.now = now
    }

    func clientConnected(_ client: ConnectedClient) {
        guard let (second, credential) = Self.entry(of: client) else { return }
        due.withLock { due in
            due.seconds[second, default: [:]][credential, default: 0] += 1
            due.earliest = min(due.earliest, second)
        }
    }

    func clientDisconnected(_ client: ConnectedClient, because cause: DisconnectCause, after traffic: ConnectionTraffic)
    {
        guard let (second, credential) = Self.entry(of: client) else { return }
        due.withLock { due in
            guard let count = due.seconds[second]?[credential] else { return }
            due.seconds[second]?[credential] = count > 1 ? count - 1 : nil
            if due.seconds[second]?.isEmpty ?? false { due.seconds[second] = nil }
        }
    }

    /// Those whose tokens have ended since they were asked for last.
    func takeEnded() -> Set<Credential> {
        let second = Int(now().timeIntervalSince1970.rounded(.down))
        return due.withLock { due in
            guard due.earliest <= second else { return [] }
            var ended: Set<Credential> = []
            for (key, clients) in due.seconds where key <= second {
                ended.formUnion(clients.keys)
                due.seconds[key] = nil
            }
            due.earliest = due.seconds.keys.min() ?? .max
            return ended
        }
    }

    /// How long to wait before `takeEnded` is to be asked again.
    var pause: Duration {
        let earliest = due.withLock(\.earliest)
        guard earliest < .max else { return Self.longestPause }
        let left = Double(earliest) - now().timeIntervalSince1970
        return min(Self.longestPause, max(.milliseconds(1), .milliseconds(Int64((min(left, 1) * 1000).rounded(.up)))))
    }

    /// Clients that have to go some time.
    var count: Int { due.withLock { $0.seconds.values.reduce(0) { $0 + $1.count } } }

    private static func entry(of client: ConnectedClient) -> (second: Int, credential: Credential)? {
        guard let proof = client.profile.proof as? TokenProof, let credential = client.profile.credential,
            let end = proof.staysUntil
        else { return nil }
        // A time beyond all calendars is never; what is past is now.
        let second = min(max(0, end.timeIntervalSince1970.rounded(.up)), Self.latest)
        return (Int(second), credential)
    }

    /// The year 9999, in seconds of Unix time.
    private static let latest: Double = 253_402_300_799
}
