import Credentials
import Foundation
import OpenSSL
import Registry

/// What an identity rests on: everything that can be taken from it after it was proved.
enum Standing: Sendable {
    /// Nothing that could be taken away.
    case unconditional
    /// A token, until it ends and as long as its key is one that tokens are checked by.
    case token(TokenProof)
    /// A user, as long as it is switched on and the password stays the same.
    case user(UserName, PasswordHashText)
    /// A certificate.
    case certificate(Certificate)

    /// A proved certificate, by the mode that its connection was set up with.
    struct Certificate: Sendable {
        let chain: VerifiedChain
        let fingerprint: Fingerprint
        let mode: AuthenticationMode

        /// Does the chain's CA stand, is everything within its time, is nothing on a revocation list?
        ///
        /// OpenSSL asks nobody of this when it resumes a session, and a CONNECT may come long after its handshake: so
        /// the cluster is asked as it is now.
        func authority(by services: GatewayServices, at now: Date) throws(Refusal) -> RegisteredCA {
            do throws(DeviceChainFailure) {
                return try services.cluster.current.prepared.deviceChains.authority(of: chain, at: now)
            } catch {
                throw Refusal(error)
            }
        }

        /// The certificate's record, if it lets the device in; `nil` without a record.
        ///
        /// What is revoked stays out in two-way mode too, where no record is needed: an operator has said "never again",
        /// and deleting the record does not take it back.
        func entry(by services: GatewayServices) throws(Refusal) -> DeviceEntry? {
            let devices = services.identity.devices
            guard let entry = devices.entry(fingerprint) else {
                guard !devices.isBarredForGood(fingerprint) else { throw .certificateBarred(fingerprint) }
                try checkTwin(by: devices)
                return nil
            }
            try admits(entry)
            return entry
        }

        /// The fingerprint that the certificate has with its signature spelt otherwise, which its device can do.
        var twin: Fingerprint? { chain.leafTwin.flatMap { try? Fingerprint($0) } }

        /// A certificate that is known by its other fingerprint is no new one: it comes in by the one it is known by, if at
        /// all, so that whoever revokes it meets its sessions.
        private func checkTwin(by devices: DeviceControl) throws(Refusal) {
            guard let twin else { return }
            if let entry = devices.entry(twin) {
                try admits(entry, as: twin)
                throw .certificateRespelt(fingerprint, registered: twin)
            }
            guard !devices.isBarredForGood(twin) else { throw .certificateBarred(twin) }
        }

        /// Refuses a device whose record does not let it in.
        func admits(_ entry: DeviceEntry) throws(Refusal) { try admits(entry, as: fingerprint) }

        private func admits(_ entry: DeviceEntry, as fingerprint: Fingerprint) throws(Refusal) {
            switch (mode, entry.state) {
            case (_, .revoked): throw .certificateRevoked(fingerprint)
            case (.oneDeviceOneCertificate, .inactive): throw .certificateInactive(fingerprint)
            case (.oneDeviceOneCertificate, .pendingActivation): throw .certificatePendingActivation(fingerprint)
            case (_, .active), (.twoWay, _), (.oneWay, _): break
            }
        }
    }

    /// Refuses what has been taken away meanwhile. Does not block.
    func check(by services: GatewayServices, at now: Date) throws(Refusal) {
        switch self {
        case .unconditional:
            break
        case .user(let name, let hash):
            guard let record = services.identity.users.record(name) else { throw .userUnknown }
            guard record.passwordHash == hash else { throw .passwordWrong }
            guard record.isEnabled else { throw .userDisabled }
        case .token(let proof):
            if let end = proof.staysUntil, now >= end { throw .tokenRefused(.expired(at: end, now: now)) }
            guard services.identity.tokens()?.verifier.holds(proof.key) ?? false else {
                throw .tokenRefused(.unknownKey(id: proof.key.id, algorithm: proof.key.algorithm))
            }
        case .certificate(let certificate):
            _ = try certificate.authority(by: services, at: now)
            let entry = try certificate.entry(by: services)
            if entry == nil, certificate.mode == .oneDeviceOneCertificate {
                throw .certificateUnregistered(certificate.fingerprint)
            }
        }
    }
}
