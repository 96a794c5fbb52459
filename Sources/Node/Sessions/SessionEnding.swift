import AdminAPI
import CoreMetrics
import Credentials
import Foundation
import Logging
import MQTTBroker
import MQTTCodec
import OpenSSL
import Registry

/// Ends the sessions of those who may no longer come in, when the registry changes.
///
/// A device whose certificate is revoked, deactivated or deleted goes at once. The devices of a CA go at a pace that the
/// rest can stand: `devicesPerSecond`, so that they do not all come back in one moment.
struct SessionEnding: Sendable {
    let broker: Broker
    let revokedDevices: Leftovers
    let instruments: NodeInstruments
    let logger: Logger

    /// Sessions ended in a second where one change ends those of many devices.
    static let devicesPerSecond = 1000

    // MARK: Client certificates

    /// Client certificates have changed.
    func changed(_ changes: [DeviceChange]) {
        let final = changes.filter(\.isFinal)
        end(final, leaving: revokedDevices)
        // Who is only kept out for now may come back for his session.
        end(changes.filter { $0.endsSessions && !$0.isFinal }, leaving: .asAfterConnectionLoss)
    }

    private func end(_ changes: [DeviceChange], leaving leftovers: Leftovers) {
        let credentials = Set(changes.compactMap { Credential($0.fingerprint.bytes) })
        guard !credentials.isEmpty else { return }
        let start = ContinuousClock.now
        let isMeasured = changes.contains(where: \.endsSessions)
        broker.disconnect(.credentials(credentials), leaving: leftovers) { [instruments] _ in
            guard isMeasured else { return }
            let (seconds, attoseconds) = start.duration(to: .now).components
            instruments.revocationEffect.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        }
    }

    // MARK: CAs

    /// The cluster has changed: a CA that was switched off, or replaced without a grace period, takes its devices along.
    ///
    /// The sessions of a CA whose grace period ends stay: its devices had their time to change, and those that did not can
    /// only stay as they are. Those of a CA that is unregistered are for whoever asked to decide; see `end`.
    func changed(_ transition: ClusterTransition) {
        for (fingerprint, authority) in transition.before.authorities where authority.state == .active {
            if transition.leaves(fingerprint) { end(issuer: fingerprint, label: authority.label) }
        }
        for (fingerprint, authority) in transition.after.authorities {
            let old = transition.before.authorities[fingerprint]
            guard let list = authority.revocationList, list.der != old?.revocationList?.der else { continue }
            end(revokedBy: list, of: fingerprint)
        }
    }

    /// Begins to end the sessions that the caller of the admin API chose, and tells how many they are.
    func end(_ selection: LiveSessions.Selection, servedNames: [DomainName]) async -> Int {
        let meant: ClientSelection
        switch selection {
        case .authority(let fingerprint):
            guard let issuer = Credential(fingerprint.bytes) else { return 0 }
            meant = .issuer(issuer)
        case .serverCertificate:
            meant = .connected { client in
                guard let text = client.profile.serverName, let name = try? DomainName(text) else { return false }
                return servedNames.contains { $0.covers(name) }
            }
        }
        return await broker.disconnecting(meant, at: .perSecond(Self.devicesPerSecond))
    }

    private func end(issuer: Fingerprint, label: String) {
        guard let credential = Credential(issuer.bytes) else { return }
        broker.disconnect(
            .issuer(credential),
            at: .perSecond(Self.devicesPerSecond),
            found: { [logger] count in
                guard count > 0 else { return }
                logger.notice("ending sessions", metadata: ["ca": "\(label)", "sessions": "\(count)"])
            }
        )
    }

    private func end(revokedBy list: RevocationList, of issuer: Fingerprint) {
        guard let credential = Credential(issuer.bytes),
            let revoked = try? CertificateRevocationList(der: list.der), revoked.count > 0
        else { return }
        broker.disconnect(
            .connected { client in
                guard client.profile.issuer == credential,
                    let serial = client.profile.serialNumber.flatMap(SerialNumber.init(hex:))
                else { return false }
                // One of an intermediate CA below may have the same number: its device finds itself let in again.
                return revoked.revocation(of: CertificateSerial(serial)) != nil
            },
            leaving: revokedDevices
        )
    }
}

extension DeviceChange {
    /// Whether the device will not come back with this certificate.
    fileprivate var isFinal: Bool {
        guard isChange, before != nil else { return false }
        return after == nil || (after?.state == .revoked && before?.state != .revoked)
    }
}

extension ClusterTransition {
    /// Whether a CA that was active has been switched off, or replaced at once.
    fileprivate func leaves(_ authority: Fingerprint) -> Bool {
        if let after = after.authorities[authority] { return after.state != .active }
        guard after.supersededAuthorities[authority] == nil else { return false }
        return after.authorities.keys.contains { before.authorities[$0] == nil }
            && !records.contains { $0.action == "ca-certificate.unregister" && $0.object == authority.hex }
    }
}

extension CertificateSerial {
    /// The number that a registry's serial number stands for.
    fileprivate init(_ serial: SerialNumber) {
        let isNegative = serial.hex.hasPrefix("-")
        let digits = Array(serial.hex.utf8.drop { $0 == UInt8(ascii: "-") })
        let padded = digits.count.isMultiple(of: 2) ? digits : [UInt8(ascii: "0")] + digits
        let bytes = stride(from: 0, to: padded.count, by: 2).map { index in
            // Invariant: a serial number is made of hexadecimal digits alone.
            UInt8(String(decoding: padded[index...index + 1], as: UTF8.self), radix: 16) ?? 0
        }
        self.init(magnitude: bytes, isNegative: isNegative)
    }
}
