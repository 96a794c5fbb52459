import Credentials
import Foundation
import MQTTCodec
import OpenSSL
import Registry

/// Decides who a client is, by the mode its connection was set up with.
enum DeviceAuthenticator {
    /// Believes the request, or refuses it.
    ///
    /// The mode is the one that the connection was set up with. Whether a CA still stands is asked of the cluster as it
    /// is now: a CONNECT may come long after its handshake.
    static func identify(
        _ request: consuming ConnectRequest,
        by services: GatewayServices
    ) throws(Refusal) -> IdentifiedClient {
        guard !services.isDraining else { throw .shuttingDown }
        let identity: DeviceIdentity
        switch request.secured.mode {
        case .oneWay:
            identity = try anonymous(request.packet, request.secured.settings)
        case .twoWay:
            let chains = services.cluster.current.prepared.deviceChains
            identity = .certificate(try certificate(of: request.secured, chains, at: services.date()))
        case .oneDeviceOneCertificate:
            // The gateway is told of no registered certificate, so that none can be active.
            throw .clientCertificateMissing
        }
        return IdentifiedClient(identity: identity, request: request)
    }

    /// One-way: this node knows no users yet to check a password against, so only clients without a name come in.
    private static func anonymous(
        _ packet: ConnectPacket,
        _ settings: ClusterSettings
    ) throws(Refusal) -> DeviceIdentity {
        guard packet.userName == nil, packet.password == nil else { throw .passwordNotChecked }
        guard settings.anonymous else { throw .anonymousNotAllowed }
        return .anonymous
    }

    /// Two-way: the chain was verified in this handshake or in the one that is resumed. Since then the certificate may
    /// have expired and its CA been taken out, and OpenSSL asks nobody when it resumes.
    private static func certificate(
        of secured: borrowing SecuredConnection,
        _ chains: DeviceChainVerifier,
        at now: Date
    ) throws(Refusal) -> DeviceCertificate {
        guard let proof = secured.proof else { throw .clientCertificateMissing }
        let authority: RegisteredCA
        do throws(DeviceChainFailure) {
            authority = try chains.authority(of: proof.chain, at: now)
        } catch {
            throw Refusal(error)
        }
        guard let certificate = DeviceCertificate(proof.facts, authority: authority.fingerprint) else {
            throw .clientCertificateMissing
        }
        return certificate
    }
}
