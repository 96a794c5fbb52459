package import struct FoundationEssentials.Date

/// Whether a registered CA is trusted.
package enum CAState: String, Hashable, Sendable, CaseIterable {
    /// Devices with its certificates are let in.
    case active
    /// Registered, but nobody is let in by it.
    case inactive
}

/// A CA certificate in the registry: a trust anchor in its own right, whether it is a root or not.
package struct RegisteredCA: Hashable, Sendable {
    /// The name it was given; unique among the CAs, `nil` if it was given none.
    package let name: ObjectName?
    /// The certificate's facts.
    package let certificate: CertificateDescription
    /// The certificate's DER.
    package let der: [UInt8]
    /// Whether it is trusted.
    package let state: CAState
    /// When it was registered.
    package let registeredAt: Date
    /// Its revocation list, if it has one.
    package let revocationList: RevocationList?

    /// Gathers what an upload has checked.
    package init(
        name: ObjectName?,
        certificate: CertificateDescription,
        der: [UInt8],
        state: CAState = .active,
        registeredAt: Date,
        revocationList: RevocationList? = nil
    ) {
        self.name = name
        self.certificate = certificate
        self.der = der
        self.state = state
        self.registeredAt = registeredAt
        self.revocationList = revocationList
    }

    /// The certificate's fingerprint: the CA's identity.
    package var fingerprint: Fingerprint { certificate.fingerprint }

    /// How people know it: its name, its common name, or the beginning of its fingerprint.
    package var label: String { name?.text ?? certificate.commonName ?? fingerprint.short }

    /// The same CA in another state.
    package func with(state: CAState) -> RegisteredCA {
        RegisteredCA(
            name: name,
            certificate: certificate,
            der: der,
            state: state,
            registeredAt: registeredAt,
            revocationList: revocationList
        )
    }

    /// The same CA with another revocation list, or none.
    package func with(revocationList: RevocationList?) -> RegisteredCA {
        RegisteredCA(
            name: name,
            certificate: certificate,
            der: der,
            state: state,
            registeredAt: registeredAt,
            revocationList: revocationList
        )
    }

    /// The same CA under another name, or none.
    func with(name: ObjectName?) -> RegisteredCA {
        RegisteredCA(
            name: name,
            certificate: certificate,
            der: der,
            state: state,
            registeredAt: registeredAt,
            revocationList: revocationList
        )
    }
}
