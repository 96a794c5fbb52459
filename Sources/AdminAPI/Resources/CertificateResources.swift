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
        createdAt = hosted.createdAt
        chain = withChain ? hosted.chain.map(PEMText.certificate).joined() : nil
    }

    private enum CodingKeys: String, CodingKey {
        case name, dnsNames, chainLength, slot, createdAt, chain
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        facts = try CertificateSummary(from: decoder)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        dnsNames = try container.decode([String].self, forKey: .dnsNames)
        chainLength = try container.decode(Int.self, forKey: .chainLength)
        slot = try container.decodeIfPresent(String.self, forKey: .slot)
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
        try container.encode(createdAt, forKey: .createdAt)
        try container.encodeIfPresent(chain, forKey: .chain)
    }
}

/// An occupied slot.
package struct ServerCertificateResource: Codable, Hashable, Sendable {
    /// `default` or `custom-N`.
    package var slot: String
    /// Whether it serves; only the default slot can be switched off.
    package var enabled: Bool
    /// Since when the slot serves the certificate.
    package var boundAt: Date
    /// What it serves.
    package var certificate: HostedCertificateResource

    init?(_ slot: ServerCertificateSlot, in state: ClusterState, at now: Date, withChain: Bool) {
        guard let binding = state.slots[slot], let hosted = state.certificate(in: slot) else { return nil }
        self.slot = slot.description
        enabled = slot.isCustom || state.defaultEnabled
        boundAt = binding.boundAt
        certificate = HostedCertificateResource(hosted, in: state, at: now, withChain: withChain)
    }
}

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
    /// The certificate as PEM; only where one CA is shown.
    package var pem: String?

    init(_ authority: RegisteredCA, at now: Date, withPEM: Bool) {
        name = authority.name?.text
        facts = CertificateSummary(authority.certificate, at: now)
        state = authority.state.rawValue
        registeredAt = authority.registeredAt
        pem = withPEM ? PEMText.certificate(authority.der) : nil
    }

    private enum CodingKeys: String, CodingKey {
        case name, state, registeredAt, pem
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        facts = try CertificateSummary(from: decoder)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        state = try container.decode(String.self, forKey: .state)
        registeredAt = try container.decode(Date.self, forKey: .registeredAt)
        pem = try container.decodeIfPresent(String.self, forKey: .pem)
    }

    package func encode(to encoder: any Encoder) throws {
        try facts.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encode(state, forKey: .state)
        try container.encode(registeredAt, forKey: .registeredAt)
        try container.encodeIfPresent(pem, forKey: .pem)
    }
}

/// DER as PEM text (RFC 7468).
package enum PEMText {
    /// One `CERTIFICATE` block with a final line break.
    package static func certificate(_ der: [UInt8]) -> String {
        let body = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN CERTIFICATE-----\n\(body)\n-----END CERTIFICATE-----\n"
    }
}
