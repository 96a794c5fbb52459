package import Foundation
import Registry

/// A registered CA.
package struct CAResource: Codable, Hashable, Sendable {
    /// The name that it was given.
    package var name: String?
    /// The facts of the certificate.
    package var facts: CertificateSummary
    /// `active` or `inactive`.
    package var state: String
    /// When it was registered.
    package var registeredAt: Date
    /// How many client certificates are registered with it.
    package var clientCertificates: Int
    /// Its revocation list, if it has one.
    package var revocationList: RevocationListResource?
    /// The CA that it replaced and that is still trusted; absent when no grace period is open.
    package var grace: GraceResource?
    /// The certificate as PEM; only where one CA is shown.
    package var pem: String?

    init(_ authority: RegisteredCA, in state: ClusterState, clientCertificates: Int, at now: Date, withPEM: Bool) {
        name = authority.name?.text
        facts = CertificateSummary(authority.certificate, at: now)
        self.state = authority.state.rawValue
        registeredAt = authority.registeredAt
        self.clientCertificates = clientCertificates
        revocationList = authority.revocationList.map { RevocationListResource($0, at: now) }
        grace = GraceResource(of: authority, in: state, at: now)
        pem = withPEM ? PEMText.certificate(authority.der) : nil
    }

    private enum CodingKeys: String, CodingKey {
        case name, state, registeredAt, clientCertificates, revocationList, grace, pem
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        facts = try CertificateSummary(from: decoder)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        state = try container.decode(String.self, forKey: .state)
        registeredAt = try container.decode(Date.self, forKey: .registeredAt)
        clientCertificates = try container.decode(Int.self, forKey: .clientCertificates)
        revocationList = try container.decodeIfPresent(RevocationListResource.self, forKey: .revocationList)
        grace = try container.decodeIfPresent(GraceResource.self, forKey: .grace)
        pem = try container.decodeIfPresent(String.self, forKey: .pem)
    }

    package func encode(to encoder: any Encoder) throws {
        try facts.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encode(state, forKey: .state)
        try container.encode(registeredAt, forKey: .registeredAt)
        try container.encode(clientCertificates, forKey: .clientCertificates)
        try container.encodeIfPresent(revocationList, forKey: .revocationList)
        try container.encodeIfPresent(grace, forKey: .grace)
        try container.encodeIfPresent(pem, forKey: .pem)
    }
}
