package import FoundationEssentials
import Registry

/// Why a token does not let anybody in. No case carries the token.
package enum JWTFailure: Error, Hashable, Sendable {
    /// Longer than is read.
    case tooLong(bytes: Int, limit: Int)
    /// Not three parts of base64url, or no JSON in one of them.
    case malformed(Part)
    /// An algorithm that no key here is for.
    case unsupportedAlgorithm(String)
    /// Header members that must be understood, and are not (RFC 7515 § 4.1.11).
    case criticalHeader([String])
    /// No key of the algorithm bears the token's `kid`.
    case unknownKey(id: String?, algorithm: JWTAlgorithm)
    /// No key has signed it.
    case badSignature(algorithm: JWTAlgorithm, keysTried: Int)
    /// Past `exp`.
    case expired(at: Date, now: Date)
    /// No `exp`: the token would be good for ever.
    case expiryMissing
    /// Before `nbf`.
    case notYetValid(from: Date, now: Date)
    /// `iat` is in the future.
    case issuedInFuture(at: Date, now: Date)
    /// From somebody else.
    case wrongIssuer(found: String?, needed: String)
    /// For somebody else.
    case wrongAudience(found: [String], needed: String)
    /// The claim that names the user or client is missing.
    case claimMissing(String)
    /// The claim that names the user or client is no text that can be one.
    case claimUnusable(String)

    /// A part of a token.
    package enum Part: String, Hashable, Sendable {
        case token, header, claims, signature
    }
}

extension JWTFailure {
    /// A stable name for programs, such as `jwt-expired`.
    package var code: String {
        switch self {
        case .tooLong: "jwt-too-long"
        case .malformed: "jwt-malformed"
        case .unsupportedAlgorithm: "jwt-unsupported-algorithm"
        case .criticalHeader: "jwt-critical-header"
        case .unknownKey: "jwt-unknown-key"
        case .badSignature: "jwt-bad-signature"
        case .expired: "jwt-expired"
        case .expiryMissing: "jwt-expiry-missing"
        case .notYetValid: "jwt-not-yet-valid"
        case .issuedInFuture: "jwt-issued-in-future"
        case .wrongIssuer: "jwt-wrong-issuer"
        case .wrongAudience: "jwt-wrong-audience"
        case .claimMissing: "jwt-claim-missing"
        case .claimUnusable: "jwt-claim-unusable"
        }
    }
}

extension JWTFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let bytes, let limit):
            "The token has \(bytes) bytes, \(limit) are allowed."
        case .malformed(let part):
            "Not a token: the \(part.rawValue) cannot be read. A JWT of three base64url parts is needed."
        case .unsupportedAlgorithm(let name):
            "The token is signed with \"\(name.quotable)\"; HS256, RS256 or ES256 with a key of that kind is needed."
        case .criticalHeader(let names):
            "The token has header members that are not understood: \(names.joined(separator: ", ").quotable)."
        case .unknownKey(let id, let algorithm):
            "No \(algorithm) key \(id.map { "with id \"\($0.quotable)\" " } ?? "")is configured. "
                + "Add the issuer's key, or its newer key set."
        case .badSignature(let algorithm, let keysTried):
            "None of the \(keysTried) \(algorithm) keys has signed the token."
        case .expired(let date, let now):
            "The token expired at \(date.timestamp), now is \(now.timestamp). Get a new one."
        case .expiryMissing:
            "The token has no exp and would be good for ever. Have it issued with one."
        case .notYetValid(let date, let now):
            "The token is valid from \(date.timestamp) on, now is \(now.timestamp). Check the clocks."
        case .issuedInFuture(let date, let now):
            "The token was issued at \(date.timestamp), now is \(now.timestamp). Check the clocks."
        case .wrongIssuer(let found, let needed):
            "The token is from \(found.map { "\"\($0.quotable)\"" } ?? "nobody"), one from \"\(needed.quotable)\" is needed."
        case .wrongAudience(let found, let needed):
            "The token is for \(found.isEmpty ? "nobody" : found.joined(separator: ", ").quotable), "
                + "one for \"\(needed.quotable)\" is needed."
        case .claimMissing(let name):
            "The token has no \"\(name.quotable)\", which says who it is for."
        case .claimUnusable(let name):
            "The token's \"\(name.quotable)\" is no text that can name anybody."
        }
    }
}
