/// The kind and size of a certificate's public key.
package enum CertificateKey: Hashable, Sendable {
    /// RSA with a modulus of so many bits.
    case rsa(bits: Int)
    /// An elliptic curve by its OpenSSL name, such as `prime256v1`, and its size in bits.
    case ec(curve: String, bits: Int)
    /// Ed25519.
    case ed25519
    /// A kind that Sluice serves nothing with.
    case other(name: String)

    /// What the key signs with; certificates of different families may share a name.
    package var family: KeyFamily {
        switch self {
        case .rsa: .rsa
        case .ec: .ecdsa
        case .ed25519: .ed25519
        case .other: .other
        }
    }
}

extension CertificateKey: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rsa(let bits): "RSA \(bits)"
        case .ec(let curve, _): "EC \(curve)"
        case .ed25519: "Ed25519"
        case .other(let name): name
        }
    }
}

/// The signature family of a key: what a client must support to be served with it.
///
/// The order of the cases is the order of preference in the handshake; the preferred family is the smaller one.
package enum KeyFamily: Hashable, Sendable, CaseIterable, Comparable, CustomStringConvertible {
    /// ECDSA on any curve: the cheapest for the server.
    case ecdsa
    /// Ed25519.
    case ed25519
    /// RSA.
    case rsa
    /// A kind that cannot be served.
    case other

    package var description: String {
        switch self {
        case .ecdsa: "ECDSA"
        case .ed25519: "Ed25519"
        case .rsa: "RSA"
        case .other: "unsupported"
        }
    }
}
