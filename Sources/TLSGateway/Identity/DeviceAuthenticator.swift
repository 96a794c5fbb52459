import Credentials
import Foundation
import MQTTCodec
import OpenSSL
import Registry

/// Decides who a client is, by the mode its connection was set up with.
enum DeviceAuthenticator {
    /// What a CONNECT comes to at once.
    enum Verdict {
        /// The client is who it says it is.
        case proved(ProvedIdentity)
        /// Something has to be found out first, which takes time.
        case asks(IdentityQuestion)
    }

    /// Believes the request, asks, or refuses it. Looks into memory only.
    static func judge(
        _ request: borrowing ConnectRequest,
        by services: GatewayServices
    ) throws(Refusal) -> Verdict {
        guard !services.isDraining else { throw .shuttingDown }
        switch request.secured.mode {
        case .oneWay:
            return try named(request.packet, request.secured.settings, by: services)
        case .twoWay, .oneDeviceOneCertificate:
            guard let proof = request.secured.proof else { throw .clientCertificateMissing }
            return try certified(proof, request.secured.mode, by: services)
        }
    }

    // MARK: By certificate

    /// The chain was verified in this handshake or in the one that is resumed; here it is looked at again, and the
    /// certificate's own record with it.
    private static func certified(
        _ proof: PeerProof,
        _ mode: AuthenticationMode,
        by services: GatewayServices
    ) throws(Refusal) -> Verdict {
        guard let fingerprint = try? Fingerprint(proof.facts.fingerprint) else { throw .clientCertificateMissing }
        let standing = Standing.Certificate(chain: proof.chain, fingerprint: fingerprint, mode: mode)
        let authority = try standing.authority(by: services, at: services.date()).fingerprint
        let certificate = DeviceCertificate(fingerprint, proof.facts, authority: authority)
        let entry = try standing.entry(by: services)
        if entry == nil, mode == .oneDeviceOneCertificate {
            return .asks(try registration(of: proof.facts, certificate, standing, by: services))
        }
        return .proved(
            ProvedIdentity(
                identity: .certificate(certificate),
                clientID: entry?.clientID,
                standing: .certificate(standing),
                unrecorded: entry?.isFromList == true ? description(of: proof.facts, certificate, by: services) : nil
            )
        )
    }

    /// What the registry would know of a certificate that its device has shown; `nil` if it cannot be read.
    private static func description(
        of facts: CertificateFacts,
        _ certificate: DeviceCertificate,
        by services: GatewayServices
    ) -> DeviceRegistration? {
        guard let description = try? CertificateDescription(facts) else { return nil }
        // A record belongs to a registered CA: of one that was replaced, to the one in its place.
        let superseded = services.cluster.current.state.supersededAuthorities[certificate.authority]
        return DeviceRegistration(description, authority: superseded?.replacedBy ?? certificate.authority)
    }

    /// A certificate without a record is registered where that is switched on and nobody has deleted it before. The
    /// finished handshake has proved its key, and the CONNECT has been read: it is no passer-by.
    private static func registration(
        of facts: CertificateFacts,
        _ certificate: DeviceCertificate,
        _ standing: Standing.Certificate,
        by services: GatewayServices
    ) throws(Refusal) -> IdentityQuestion {
        let devices = services.identity.devices
        for known in [certificate.fingerprint, standing.twin].compactMap({ $0 }) where devices.isBarred(known) {
            throw .certificateBarred(known)
        }
        guard services.cluster.current.state.settings.automaticRegistration,
            var registration = description(of: facts, certificate, by: services)
        else { throw .certificateUnregistered(certificate.fingerprint) }
        registration.twin = standing.twin
        return .registration(registration, standing, certificate)
    }

    // MARK: By name

    private static func named(
        _ packet: ConnectPacket,
        _ settings: ClusterSettings,
        by services: GatewayServices
    ) throws(Refusal) -> Verdict {
        if let tokens = services.identity.tokens(), let token = tokens.token(in: packet) {
            return .proved(try holder(of: token, tokens.verifier, at: services.date()))
        }
        guard let userName = packet.userName else {
            guard packet.password == nil else { throw .userUnknown }
            guard settings.anonymous else { throw .anonymousNotAllowed }
            return .proved(ProvedIdentity(identity: .anonymous, standing: .unconditional))
        }
        guard let password = packet.password else { throw .passwordMissing }
        let user = UserName(presented: userName.string).flatMap { services.identity.users.record($0) }
        return .asks(.password(password.bytes, of: user))
    }

    /// Who a token says its holder is. What the CONNECT says beside the token is not proved by anything and not asked.
    private static func holder(
        of token: [UInt8],
        _ verifier: JWTVerifier,
        at now: Date
    ) throws(Refusal) -> ProvedIdentity {
        do throws(JWTFailure) {
            let holder = try verifier.verify(token, at: now)
            return ProvedIdentity(
                identity: .token(user: holder.user),
                clientID: holder.clientID.flatMap { ClientIdentifier($0) },
                standing: .token(TokenProof(token, holder))
            )
        } catch {
            throw .tokenRefused(error)
        }
    }
}
