import Credentials
import Foundation
import Logging
import Registry
import Synchronization

/// Warns of certificates that end within 30 days, once a day each: server certificates and CAs one by one, client
/// certificates as a number.
final class ExpiryWatch: Sendable {
    /// How long before its end a certificate is warned of: 30 days (behaviour.md §§ 2, 6).
    static let horizon: TimeInterval = 30 * 86_400
    /// How often certificates are looked at.
    static let interval = Duration.seconds(600)
    /// How often one certificate is warned of.
    private static let repetition: TimeInterval = 86_400

    private let cluster: ClusterControl<ContextCatalog>
    private let devices: DeviceControl
    private let events: EventHub
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let warned = Mutex<[Subject: Date]>([:])

    private enum Subject: Hashable {
        case server(Fingerprint, ServerCertificateSlot)
        case authority(Fingerprint)
        case clients
    }

    init(
        cluster: ClusterControl<ContextCatalog>,
        devices: DeviceControl,
        events: EventHub,
        logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.cluster = cluster
        self.devices = devices
        self.events = events
        self.logger = logger
        self.now = now
    }

    /// Looks at every certificate that serves or is trusted.
    func look() async {
        let (state, time) = (cluster.current.state, now())
        for slot in state.slots.keys.sorted() {
            guard let hosted = state.certificate(in: slot) else { continue }
            warn(.server(hosted.fingerprint, slot), hosted.certificate, use: "server", label: "\(slot)", at: time)
        }
        for authority in state.activeAuthorities {
            warn(.authority(authority.fingerprint), authority.certificate, use: "ca", label: authority.label, at: time)
        }
        await warnOfClients(at: time)
    }

    private func warn(
        _ subject: Subject,
        _ certificate: CertificateDescription,
        use: String,
        label: String,
        at time: Date
    ) {
        guard certificate.notAfter <= time + Self.horizon, isDue(subject, at: time) else { return }
        events.publish(
            .certificateExpiring(
                at: time,
                fingerprint: certificate.fingerprint,
                use: use,
                label: label,
                notAfter: certificate.notAfter,
                names: use == "server" ? certificate.names : []
            )
        )
        logger.warning(
            certificate.notAfter < time ? "certificate has expired" : "certificate expires soon",
            metadata: ["use": "\(use)", "label": "\(label)", "not_after": "\(certificate.notAfter.ISO8601Format())"]
        )
    }

    private func warnOfClients(at time: Date) async {
        guard devices.counts.count(.active) > 0, isDue(.clients, at: time) else { return }
        do {
            let expiring = try await count(.expiring, at: time)
            let expired = try await count(.expired, at: time)
            guard expiring + expired > 0 else { return forget(.clients) }
            events.publish(.clientCertificatesExpiring(at: time, expiring: expiring, expired: expired))
            logger.warning(
                "client certificates expire soon",
                metadata: ["expiring": "\(expiring)", "expired": "\(expired)"]
            )
        } catch {
            forget(.clients)
            logger.debug("client certificates not counted", metadata: ["reason": "\(error)"])
        }
    }

    /// Active client certificates of that validity.
    private func count(_ validity: CertificateValidity, at time: Date) async throws -> Int {
        var query = DeviceQuery(limit: 1)
        query.states = [.active]
        query.validity = validity
        if let total = try await devices.list(query, at: time).total { return total }
        return try await devices.export(query, at: time).reduce(0) { count, _ in count + 1 }
    }

    private func isDue(_ subject: Subject, at time: Date) -> Bool {
        warned.withLock { warned in
            if let last = warned[subject], time.timeIntervalSince(last) < Self.repetition { return false }
            // What is replaced or unregistered is not kept for ever.
            warned = warned.filter { time.timeIntervalSince($0.value) < 2 * Self.repetition }
            warned[subject] = time
            return true
        }
    }

    private func forget(_ subject: Subject) {
        warned.withLock { $0[subject] = nil }
    }
}
