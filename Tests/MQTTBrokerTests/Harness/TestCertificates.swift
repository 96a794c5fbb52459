import Synchronization

@testable import MQTTBroker

/// What the clients of a test prove themselves with: `dev-1@acme` has a certificate of its own, `dev-1`, from `acme`;
/// `dev-1#a@acme` and `dev-1#b@acme` share one. A client id without `@` proves nothing.
enum TestCertificates {
    static func credential(_ name: String) -> Credential {
        var bytes = [UInt8](name.utf8.prefix(Credential.size))
        bytes += [UInt8](repeating: 0, count: Credential.size - bytes.count)
        // Invariant: the lines above make 32 bytes.
        guard let credential = Credential(bytes) else { preconditionFailure("not 32 bytes") }
        return credential
    }

    @Sendable static func admit(_ client: inout ClientProfile) {
        let parts = client.clientID.description.split(separator: "@")
        guard parts.count == 2 else { return }
        client.credential = credential(String(parts[0].prefix { $0 != "#" }))
        client.issuer = credential(String(parts[1]))
    }
}

/// Notes what a broker says of its clients.
final class NotingObserver: BrokerObserver {
    private let notes = Mutex<[String]>([])

    /// `+ id` and `- id: cause`, in order.
    var noted: [String] { notes.withLock { $0 } }

    func clientConnected(_ client: ConnectedClient) {
        notes.withLock { $0.append("+ \(client.profile.clientID)\(client.sessionPresent ? " again" : "")") }
    }

    func clientDisconnected(
        _ client: ConnectedClient,
        because cause: DisconnectCause,
        after traffic: ConnectionTraffic
    ) {
        notes.withLock { $0.append("- \(client.profile.clientID): \(cause)") }
    }
}

/// A number that grows from any thread.
final class Tally: Sendable {
    private let sum = Mutex<Int?>(nil)

    /// Nil before the first.
    var total: Int? { sum.withLock { $0 } }

    @Sendable func add(_ amount: Int) { sum.withLock { $0 = ($0 ?? 0) + amount } }
}
