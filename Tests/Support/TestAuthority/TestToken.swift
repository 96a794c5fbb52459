import Crypto
import CryptoExtras
import FoundationEssentials

/// A JSON Web Token made with swift-crypto.
package enum TestToken {
    /// What signs a token.
    package enum Signer: Sendable {
        case hs256([UInt8])
        case rs256(TestTokenKey)
        case es256(TestTokenCurveKey)
        /// The unsigned form that must never pass.
        case none
    }

    /// A token with these claims (JSON text), under the algorithm of its signer unless another is named.
    package static func make(
        _ claims: String,
        _ signer: Signer,
        algorithm: String? = nil,
        header extra: String = ""
    ) throws -> String {
        let header = #"{"alg":"\#(algorithm ?? signer.algorithm)","typ":"JWT"\#(extra)}"#
        let signed = "\(base64URL(Array(header.utf8))).\(base64URL(Array(claims.utf8)))"
        return "\(signed).\(base64URL(try signer.sign(Array(signed.utf8))))"
    }

    /// base64url without padding.
    package static func base64URL(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter { $0 != "=" }
            .reduce(into: "") { $0.append($1) }
    }
}

/// An RSA key of 2048 bits for tokens.
package struct TestTokenKey: Sendable {
    private let key: _RSA.Signing.PrivateKey

    package init() throws { key = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    package var publicPEM: String { key.publicKey.pemRepresentation }

    /// Modulus and exponent, big-endian.
    package var components: (n: [UInt8], e: [UInt8]) {
        get throws {
            let primitives = try key.publicKey.getKeyPrimitives()
            return (Array(primitives.modulus), Array(primitives.publicExponent))
        }
    }

    func sign(_ bytes: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: bytes, padding: .insecurePKCS1v1_5).rawRepresentation)
    }
}

/// A key on P-256 for tokens.
package struct TestTokenCurveKey: Sendable {
    private let key = P256.Signing.PrivateKey()

    package init() {}

    package var publicPEM: String { key.publicKey.pemRepresentation }

    /// The point's first coordinate.
    package var x: [UInt8] { Array(key.publicKey.rawRepresentation.prefix(32)) }
    /// The point's second coordinate.
    package var y: [UInt8] { Array(key.publicKey.rawRepresentation.suffix(32)) }

    func sign(_ bytes: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: bytes).rawRepresentation)
    }
}

extension TestToken.Signer {
    fileprivate var algorithm: String {
        switch self {
        case .hs256: "HS256"
        case .rs256: "RS256"
        case .es256: "ES256"
        case .none: "none"
        }
    }

    fileprivate func sign(_ bytes: [UInt8]) throws -> [UInt8] {
        switch self {
        case .hs256(let secret):
            Array(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: secret)))
        case .rs256(let key): try key.sign(bytes)
        case .es256(let key): try key.sign(bytes)
        case .none: []
        }
    }
}
