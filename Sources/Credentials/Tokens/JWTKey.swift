package import OpenSSL
import Registry

/// A key that tokens are checked with. It belongs to one algorithm for good, so that no token can choose: a public key
/// never serves as an HMAC secret.
package struct JWTKey: Sendable {
    /// The algorithm that the key belongs to.
    package let algorithm: JWTAlgorithm
    /// The name by which a token's `kid` asks for it; `nil`: it is tried for every token of its algorithm.
    package let id: String?
    private let material: Material

    private enum Material: Equatable, Sendable {
        case secret([UInt8])
        case publicKey(PublicKey)
    }

    /// The least bytes of a secret: those of the digest (RFC 7518 § 3.2).
    package static let minimumSecretBytes = 32
    /// The most bytes of a key file.
    package static let maximumFileBytes = 64 * 1024

    /// A secret for HS256.
    ///
    /// - Throws: `JWTKeyError.secretTooShort`, or `.secretIsPEM` for the text of a key, which is no secret.
    package init(secret: [UInt8], id: String? = nil) throws(JWTKeyError) {
        guard !secret.starts(with: Array("-----BEGIN".utf8)) else { throw .secretIsPEM }
        guard secret.count >= Self.minimumSecretBytes else { throw .secretTooShort(bytes: secret.count) }
        algorithm = .hs256
        self.id = id
        material = .secret(secret)
    }

    /// A public key: RSA of 2048 bits or more for RS256, P-256 for ES256.
    ///
    /// - Throws: `JWTKeyError.unfitKey`.
    package init(_ key: PublicKey, id: String? = nil) throws(JWTKeyError) {
        switch key.kind {
        case .rsa(let bits) where bits >= ChainRules.minimumRSABits:
            algorithm = .rs256
        case .ec(curve: "prime256v1", _):
            algorithm = .es256
        case .rsa, .ec, .ed25519, .ed448, .other:
            throw .unfitKey(found: key.kind)
        }
        self.id = id
        material = .publicKey(key)
    }

    /// Reads a key file: PEM for RS256 and ES256, the secret's bytes for HS256 (a line break at the end is not part of
    /// it). A secret's file must be readable by its owner alone. Blocks for the file.
    ///
    /// - Throws: `JWTKeyError`.
    package static func load(
        _ algorithm: JWTAlgorithm,
        file path: String,
        id: String? = nil
    ) throws(JWTKeyError) -> JWTKey {
        let content: [UInt8]
        do throws(ProtectedFileError) {
            let access: ProtectedFile.Access = algorithm == .hs256 ? .ownerAlone : .anybody
            content = try ProtectedFile.read(path, limit: maximumFileBytes, access)
        } catch {
            throw .file(error)
        }
        guard algorithm != .hs256 else {
            let secret = content.last == UInt8(ascii: "\n") ? content.dropLast() : content[...]
            return try JWTKey(secret: Array(secret), id: id)
        }
        let key: PublicKey
        do throws(OpenSSLError) {
            key = try PublicKey(pem: String(decoding: content, as: UTF8.self))
        } catch {
            throw .unreadable(path: path, error)
        }
        let found = try JWTKey(key, id: id)
        guard found.algorithm == algorithm else { throw .otherAlgorithm(found: key.kind, needed: algorithm) }
        return found
    }

    /// Has this key signed these bytes? False for every signature that does not fit.
    func hasSigned(_ bytes: [UInt8], _ signature: [UInt8]) -> Bool {
        switch (algorithm, material) {
        case (.hs256, .secret(let secret)):
            (try? HMACSHA256.isValid(signature, for: bytes, key: secret)) ?? false
        case (.rs256, .publicKey(let key)):
            key.isSHA256Signature(signature, of: bytes)
        case (.es256, .publicKey(let key)):
            key.isP256Signature(signature, of: bytes)
        case (.hs256, .publicKey), (.rs256, .secret), (.es256, .secret):
            false
        }
    }
}

extension JWTKey: Equatable {
    /// The same key for the same tokens.
    package static func == (left: JWTKey, right: JWTKey) -> Bool {
        left.algorithm == right.algorithm && left.id == right.id && left.material == right.material
    }
}

extension JWTKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "JWTKey(\(algorithm), \(id.map { "\"\($0.quotable)\"" } ?? "no id"), redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
