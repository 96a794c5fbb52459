import Logging
import MQTTCodec
import OpenSSL
import Reactors
import Registry

/// What is to be said about one connection when it has ended, and its place under the connection limit.
///
/// It lives as long as the socket, beyond admission; what only the observer's report needs goes with that report.
/// Decisions never come from here: they pass between the stages as values.
final class ConnectionRecord {
    let acceptedAt: MonotonicTime
    var protocolVersion: ProtocolVersion?
    let peer: SocketAddress
    let entrance: Entrance
    private(set) var serverName: DomainName?
    private(set) var session: TLSSessionFacts?
    private var permit: ConnectionPermit?
    private var device: Fingerprint?
    private var clientID: ClientIdentifier?
    private var outcome: Outcome?
    private var isOpen = false
    private var isClosed = false
    /// For the report; `nil` without an observer, and once it was made.
    var notes: AdmissionNotes?

    /// What admission came to.
    private enum Outcome {
        case admitted
        // On the heap: few connections are refused, and those that are served carry this too.
        indirect case refused(Refusal)
    }

    /// What was agreed upon in a handshake.
    struct TLSSessionFacts {
        var version: TLSVersion
        var isResumed: Bool
    }

    init(peer: SocketAddress, at entrance: Entrance, permit: ConnectionPermit, now: MonotonicTime) {
        acceptedAt = now
        self.peer = peer
        self.entrance = entrance
        self.permit = permit
        if entrance.services.observer != nil { notes = AdmissionNotes() }
    }

    /// Where it comes from.
    var source: NetworkAddress { NetworkAddress(peer) }

    /// The ClientHello asked for a name.
    func asked(for name: DomainName?, by hello: borrowing ClientHello, answered choice: CertificateChoice) {
        serverName = name
        entrance.services.serverNames.count(choice)
        notes?.offer = TLSOffer(hello)
    }

    /// The transport is ready; a plain one has no session.
    func opened(_ session: TLSSessionFacts?, at now: MonotonicTime) {
        self.session = session
        isOpen = true
        entrance.counters.opened(session?.version)
        guard let session else { return }
        entrance.counters.handshakeFinished(
            session.version,
            resumed: session.isResumed,
            after: now.duration(since: acceptedAt)
        )
    }

    /// Admission has ended well.
    func admitted(_ client: borrowing AdmittedClient, isNewlyRegistered: Bool) {
        device = client.identity.certificate?.fingerprint
        clientID = client.clientID
        protocolVersion = client.connect.version
        outcome = .admitted
        entrance.counters.admitted()
        reportAdmission(client.identity, client.clientID, isNewlyRegistered: isNewlyRegistered)
        finishIfOver()
    }

    /// Admission has ended badly; only the first refusal counts.
    func refused(_ refusal: Refusal) {
        guard outcome == nil else { return }
        outcome = .refused(refusal)
        entrance.counters.refused(refusal.reason)
        if !isOpen, entrance.endpoint.protocol.usesTLS { entrance.counters.handshakeFailed(nil) }
        reportRefusal(refusal)
        finishIfOver()
    }

    /// The socket is closed.
    func closed() {
        isClosed = true
        permit = nil
        if isOpen { entrance.counters.closed(session?.version) }
        finishIfOver()
    }

    /// Counts a refusal at accept. What comes in floods is logged for debugging only: a line would cost more than the
    /// refusal.
    static func refusedAtAccept(_ refusal: Refusal, peer: SocketAddress, by entrance: Entrance, now: MonotonicTime) {
        entrance.counters.refused(refusal.reason)
        reportAtAccept(refusal, peer: peer, by: entrance, now: now)
        let level: Logger.Level =
            switch refusal {
            case .noServerCertificate, .outOfResources: .info
            default: .debug
            }
        entrance.services.logger.log(
            level: level,
            "connection refused",
            metadata: [
                LogKey.accessPoint: "\(entrance.accessPoint.name)", LogKey.peer: "\(peer)",
                LogKey.reason: "\(refusal.reason.rawValue)", LogKey.detail: "\(refusal)",
            ]
        )
    }

    /// The one line, as soon as both the outcome is known and the socket closed.
    private func finishIfOver() {
        guard isClosed, let outcome, entrance.services.logger.logLevel <= .info else { return }
        var metadata: Logger.Metadata = [
            LogKey.accessPoint: "\(entrance.accessPoint.name)",
            LogKey.peer: "\(peer)",
            LogKey.milliseconds: "\(MonotonicTime.now().duration(since: acceptedAt) / .milliseconds(1))",
        ]
        metadata[LogKey.serverName] = serverName.map { "\($0)" }
        metadata[LogKey.tlsVersion] = session.map { "\($0.version)" }
        metadata[LogKey.resumed] = session.map { "\($0.isResumed)" }
        metadata[LogKey.mqttVersion] = protocolVersion.map { "\($0)" }
        metadata[LogKey.certificate] = device.map { "\($0)" }
        metadata[LogKey.clientID] = clientID.map { "\($0)" }
        switch outcome {
        case .admitted:
            entrance.services.logger.info("connection served", metadata: metadata)
        case .refused(let refusal):
            metadata[LogKey.reason] = "\(refusal.reason.rawValue)"
            metadata[LogKey.fault] = "\(refusal.reason.row.fault.rawValue)"
            metadata[LogKey.detail] = "\(refusal)"
            entrance.services.logger.info("connection refused", metadata: metadata)
        }
    }
}

/// The metadata keys of the gateway's log lines; people's queries depend on them.
enum LogKey {
    static let accessPoint = "access_point"
    static let certificate = "certificate"
    static let clientID = "client_id"
    static let detail = "detail"
    static let fault = "fault"
    static let milliseconds = "duration_ms"
    static let mqttVersion = "mqtt_version"
    static let peer = "peer"
    static let reason = "reason"
    static let resumed = "resumed"
    static let serverName = "server_name"
    static let tlsVersion = "tls_version"
}
