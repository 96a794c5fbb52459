package import Foundation
import Registry

/// A certificate in the store.
package struct HostedCertificateResource: Codable, Hashable, Sendable {
    /// The name that it was given.
    package var name: String?
    /// The facts of the certificate.
    package var facts: CertificateSummary
    /// The DNS names that it can serve.
    package var dnsNames: [String]
    /// How many certificates its chain has, the leaf included.
    package var chainLength: Int
    /// The slot that it is bound to.
    package var slot: String?
    /// The OCSP answer that goes with it.
    package var ocspStaple: StapleResource?
    /// When it was uploaded.
    package var createdAt: Date
    /// The chain as PEM, leaf first; only where one certificate is shown. The key never comes out.
    package var chain: String?

    init(_ hosted: HostedCertificate, in state: ClusterState, at now: Date, withChain: Bool) {
        name = hosted.name?.text
        facts = CertificateSummary(hosted.certificate, at: now)
        dnsNames = hosted.certificate.names.map(\.text)
        chainLength = hosted.chain.count
        slot = state.slot(of: hosted.fingerprint)?.description
        ocspStaple = hosted.staple.map { StapleResource($0, at: now) }
        createdAt = hosted.createdAt
        chain = withChain ? hosted.chain.map(PEMText.certificate).joined() : nil
    }

    private enum CodingKeys: String, CodingKey {
        case name, dnsNames, chainLength, slot, ocspStaple, createdAt, chain
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        facts = try CertificateSummary(from: decoder)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        dnsNames = try container.decode([String].self, forKey: .dnsNames)
        chainLength = try container.decode(Int.self, forKey: .chainLength)
        slot = try container.decodeIfPresent(String.self, forKey: .slot)
        ocspStaple = try container.decodeIfPresent(StapleResource.self, forKey: .ocspStaple)
        createdAt = try container.decode(Date.self, forKey: .createdAt)
        chain = try container.decodeIfPresent(String.self, forKey: .chain)
    }

    package func encode(to encoder: any Encoder) throws {
        try facts.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encode(dnsNames, forKey: .dnsNames)
        try container.encode(chainLength, forKey: .chainLength)
        try container.encodeIfPresent(slot, forKey: .slot)
        try container.encodeIfPresent(ocspStaple, forKey: .ocspStaple)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encodeIfPresent(chain, forKey: .chain)
    }
}
