import Registry
import Synchronization

/// Counts handshakes by what their server name led to.
final class ServerNameCounters: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func count(_ choice: CertificateChoice) {
        let label = Self.label(of: choice)
        counts.withLock { $0[label, default: 0] += 1 }
    }

    func read() -> [String: Int] { counts.withLock { $0 } }

    private static func label(of choice: CertificateChoice) -> String {
        switch choice {
        case .serve(let group, _): group.preferred.slot.description
        case .refused(.retired): "retired"
        case .refused(.unknown): "unknown"
        case .refused(.unnamed): "absent"
        case .refused(.malformed): "malformed"
        }
    }
}
