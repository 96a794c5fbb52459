package import OpenSSL
import Registry

/// Why a key cannot be used to check tokens. No case carries key bytes.
package enum JWTKeyError: Error, Hashable, Sendable {
    /// The key's file cannot be read, or is open to others.
    case file(ProtectedFileError)
    /// The file holds no public key in PEM.
    case unreadable(path: String, OpenSSLError)
    /// An HS256 secret that can be guessed.
    case secretTooShort(bytes: Int)
    /// An HS256 secret that is the text of a key: everybody may know that.
    case secretIsPEM
    /// A kind or size of key that no algorithm here takes.
    case unfitKey(found: KeyKind)
    /// A key of another algorithm than was said.
    case otherAlgorithm(found: KeyKind, needed: JWTAlgorithm)
    /// The key set is no JSON of the form `{"keys": […]}`.
    case malformedKeySet(reason: String)
    /// A key of the set lacks a member or has one that cannot be read.
    case malformedKey(index: Int, member: String)
    /// More keys than are tried.
    case tooManyKeys(found: Int, limit: Int)
    /// A key set without a key that could check a token.
    case noUsableKey(found: Int)
}

extension JWTKeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error):
            error.description
        case .unreadable(let path, let error):
            "\(path): \(error)"
        case .secretTooShort(let bytes):
            "The HS256 secret has \(bytes) bytes, \(JWTKey.minimumSecretBytes) are needed. Make one: openssl rand -base64 48"
        case .secretIsPEM:
            "The HS256 secret is a PEM text. A public key is no secret: give it as RS256 or ES256."
        case .unfitKey(let found):
            "The key is \(found); RSA of \(ChainRules.minimumRSABits) bits or more, or EC prime256v1 is needed."
        case .otherAlgorithm(let found, let needed):
            "The key is \(found), which \(needed) does not take. Say the algorithm that the key is for."
        case .malformedKeySet(let reason):
            "Not a JSON Web Key Set: \(reason.quotable). {\"keys\": […]} is needed (RFC 7517)."
        case .malformedKey(let index, let member):
            "Key \(index + 1) of the key set has no \"\(member)\" that can be read."
        case .tooManyKeys(let found, let limit):
            "There are \(found) token keys, \(limit) are allowed. Take old ones out."
        case .noUsableKey(let found):
            "None of the \(found) keys of the key set can check HS256, RS256 or ES256."
        }
    }
}
