import AdminAPI
import CoreMetrics
import Credentials
import Foundation
import Logging
import MQTTBroker
import MQTTCodec
import OpenSSL
import Registry
import TLSGateway

/// Ends the sessions of those who may no longer come in, when the registry changes.
///
/// A device whose certificate is revoked, deactivated or deleted goes at once, and so does a user that is removed, disabled or
/// given another password, and the holder of a token that has ended or whose key is gone. The devices of a CA go at a pace
/// that the rest can stand: `devicesPerSecond`, so that they do not all come back in one moment.
///
/// A change of a setting ends nothing: another mode, no more anonymous clients, other TLS versions and other rules for client
/// ids are for those who come from then on.
struct SessionEnding: Sendable {
    let broker: Broker
    let revokedDevices: Leftovers
    /// Judges chains by the cluster as it is now.
    let chains: @Sendable () -> DeviceChainVerifier
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
        let credentials = Set(changes.compactMap { Credential.certificate($0.fingerprint) })
        guard !credentials.isEmpty else { return }
        let start = ContinuousClock.now
        let isMeasured = changes.contains(where: \.endsSessions)
        broker.disconnect(.credentials(credentials), leaving: leftovers) { [instruments] _ in
            guard isMeasured else { return }
            let (seconds, attoseconds) = start.duration(to: .now).components
            instruments.revocationEffect.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        }
    }

    // MARK: Users and tokens

    /// Users have changed. Who is removed leaves what a revoked device leaves; who is disabled, or has to learn a new password,
    /// may come back for his session.
    func changed(_ change: UserChange) {
        let ending = change.steps.filter(\.endsSessions)
        end(ending.filter { $0.after == nil }, leaving: revokedDevices)
        end(ending.filter { $0.after != nil }, leaving: .asAfterConnectionLoss)
    }

    private func end(_ steps: [UserStep], leaving leftovers: Leftovers) {
        let users = Set(steps.compactMap { Credential.user($0.name.text) })
        guard !users.isEmpty else { return }
        broker.disconnect(.credentials(users), leaving: leftovers)
    }

    /// The tokens of these clients have ended. Nobody has acted: they are told that they are not authorized any more.
    func ended(_ tokens: Set<Credential>) {
        guard !tokens.isEmpty else { return }
        broker.disconnect(.credentials(tokens), reason: .notAuthorized)
    }

    /// Tokens are checked by other keys now: who came in by a key that is gone, goes.
    func renewed(_ tokens: TokenCheck) {
        let isGone: @Sendable (ConnectedClient) -> Bool = { client in
            guard let proof = client.profile.proof as? TokenProof else { return false }
            return !tokens.verifier.holds(proof.key)
        }
        broker.disconnect(.connected(where: isGone), reason: .notAuthorized)
    }

    // MARK: CAs

    /// The cluster has changed: a CA that was switched off, or replaced without a grace period, takes its devices along, and
    /// those of the CA that it had replaced. A revocation list takes whom it revokes.
    ///
    /// The sessions of a CA whose grace period ends stay: its devices had their time to change, and those that did not can
    /// only stay as they are. Those of a CA that is unregistered are for whoever asked to decide; see `end`.
    func changed(_ transition: ClusterTransition) {
        for (fingerprint, authority) in transition.before.authorities where authority.state == .active {
            if transition.leaves(fingerprint) { end(issuer: fingerprint, label: authority.label) }
        }
        for (fingerprint, superseded) in transition.before.supersededAuthorities {
            guard !transition.after.trusts(fingerprint), transition.leaves(superseded.replacedBy) else { continue }
            end(issuer: fingerprint, label: superseded.ca.label)
        }
        if transition.revokes { endRevoked(at: Date()) }
    }

    /// Begins to end the sessions that the caller of the admin API chose, and tells how many they are. `state` is the cluster's
    /// after the change.
    func end(_ selection: LiveSessions.Selection, in state: ClusterState) async -> Int {
        let meant: [ClientSelection] =
            switch selection {
            case .authority(let fingerprint, let replaced):
                ([fingerprint] + replaced.sorted()).compactMap { issuer in
                    Credential.certificate(issuer).map { .issuer($0) }
                }
            case .serverCertificate(let fingerprint, let replaced):
                [.connected(where: UnboundCertificate(fingerprint, replaced: replaced, in: state).served)]
            }
        var count = 0
        for clients in meant { count += await broker.disconnecting(clients, at: .perSecond(Self.devicesPerSecond)) }
        return count
    }

    private func end(issuer: Fingerprint, label: String) {
        guard let credential = Credential.certificate(issuer) else { return }
        broker.disconnect(
            .issuer(credential),
            at: .perSecond(Self.devicesPerSecond),
            found: { [logger] count in
                guard count > 0 else { return }
                logger.notice("ending sessions", metadata: ["ca": "\(label)", "sessions": "\(count)"])
            }
        )
    }

    /// Ends the sessions of all whose certificate, or an issuer of it, is on a revocation list now. Each client's own chain is
    /// asked: a serial number alone may be another CA's too.
    private func endRevoked(at now: Date) {
        let verifier = chains()
        broker.disconnect(
            .connected { client in
                guard let chain = client.profile.proof as? VerifiedChain else { return false }
                do throws(DeviceChainFailure) {
                    _ = try verifier.authority(of: chain, at: now)
                    return false
                } catch {
                    guard case .chain(.revoked) = error else { return false }
                    return true
                }
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
    /// Whether a CA that is trusted has got another revocation list.
    fileprivate var revokes: Bool {
        let trusted = Array(after.authorities.values) + after.supersededAuthorities.values.map(\.ca)
        return trusted.contains { authority in
            let fingerprint = authority.fingerprint
            let old = before.authorities[fingerprint] ?? before.supersededAuthorities[fingerprint]?.ca
            return authority.revocationList.map { $0.der != old?.revocationList?.der } ?? false
        }
    }

    /// Whether a CA that was active has been switched off, or replaced at once.
    fileprivate func leaves(_ authority: Fingerprint) -> Bool {
        if let after = after.authorities[authority] { return after.state != .active }
        return replaced[authority] != nil && after.supersededAuthorities[authority] == nil
    }
}

extension ClusterState {
    /// Whether devices are let in by the CA, were it only until its grace period ends.
    fileprivate func trusts(_ authority: Fingerprint) -> Bool {
        authorities[authority]?.state == .active || supersededAuthorities[authority] != nil
    }
}
