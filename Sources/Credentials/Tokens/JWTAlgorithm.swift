/// How a token is signed: exactly the algorithms that are accepted (RFC 7518 § 3.1). There is no "none".
package enum JWTAlgorithm: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// HMAC with SHA-256: whoever can check a token can also make one.
    case hs256 = "HS256"
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"

    package var description: String { rawValue }
}
