import Crypto
import CryptoExtras
import SwiftASN1
import X509

/// A private key for forged certificates.
package struct TestKey: Sendable {
    /// What kind of key to make.
    package enum Kind: Sendable {
        case p256
        case p384
        case ed25519
        /// Any size from 1024 bits on.
        case rsa(bits: Int)
    }

    let key: Certificate.PrivateKey

    package init(_ kind: Kind = .p256) throws {
        key =
            switch kind {
            case .p256: Certificate.PrivateKey(P256.Signing.PrivateKey())
            case .p384: Certificate.PrivateKey(P384.Signing.PrivateKey())
            case .ed25519: Certificate.PrivateKey(Curve25519.Signing.PrivateKey())
            case .rsa(let bits):
                Certificate.PrivateKey(
                    try _RSA.Signing.PrivateKey(unsafeKeySize: _RSA.Signing.KeySize(bitCount: bits))
                )
            }
    }

    /// PEM as swift-certificates writes it: PKCS#8, or SEC1 for an elliptic curve, or PKCS#1 for RSA.
    package var pem: String {
        get throws { try key.serializeAsPEM().pemString }
    }
}
