import FoundationEssentials
import OpenSSL

/// The keys of a JSON Web Key Set (RFC 7517) that can check tokens.
package struct JSONWebKeySet: Sendable {
    /// The keys for HS256, RS256 and ES256.
    package let keys: [JWTKey]
    /// How many others the set holds: for encryption, or of other algorithms.
    package let skipped: Int

    /// The most that is read of a set, in bytes.
    package static let maximumBytes = 256 * 1024
    /// The most keys of a set.
    package static let maximumKeys = 64

    /// Reads a set. Keys that are for other uses or algorithms are skipped; one that cannot be read is an error.
    ///
    /// - Throws: `JWTKeyError.malformedKeySet`, `.malformedKey`, `.tooManyKeys` or `.noUsableKey`, and what is wrong
    ///   with a key.
    package init(parsing bytes: [UInt8]) throws(JWTKeyError) {
        guard bytes.count <= Self.maximumBytes else {
            throw .malformedKeySet(reason: "\(bytes.count) bytes, \(Self.maximumBytes) are allowed")
        }
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch {
            throw .malformedKeySet(reason: "no JSON object with a list \"keys\"")
        }
        guard document.keys.count <= Self.maximumKeys else {
            throw .tooManyKeys(found: document.keys.count, limit: Self.maximumKeys)
        }
        var keys: [JWTKey] = []
        for (index, entry) in document.keys.enumerated() {
            if let key = try entry.key(at: index) { keys.append(key) }
        }
        guard !keys.isEmpty else { throw .noUsableKey(found: document.keys.count) }
        self.keys = keys
        skipped = document.keys.count - keys.count
    }

    /// Reads a set from a file, which must be readable by its owner alone if there is a secret in it. Blocks.
    package static func load(file path: String) throws(JWTKeyError) -> JSONWebKeySet {
        func read(_ access: ProtectedFile.Access) throws(JWTKeyError) -> [UInt8] {
            do throws(ProtectedFileError) {
                return try ProtectedFile.read(path, limit: maximumBytes, access)
            } catch {
                throw .file(error)
            }
        }
        let set = try JSONWebKeySet(parsing: read(.anybody))
        if set.keys.contains(where: { $0.algorithm == .hs256 }) { _ = try read(.ownerAlone) }
        return set
    }

    private struct Document: Decodable {
        let keys: [Entry]
    }
}

/// One key of a set, as it stands there.
private struct Entry: Decodable {
    let kty: String
    let use: String?
    let key_ops: [String]?
    let alg: String?
    let kid: String?
    let crv: String?
    let x: String?
    let y: String?
    let n: String?
    let e: String?
    let k: String?

    /// The key, `nil` where it is for something else.
    func key(at index: Int) throws(JWTKeyError) -> JWTKey? {
        guard use == nil || use == "sig", key_ops.map({ $0.contains("verify") }) ?? true else { return nil }
        // A secret that does not say what it is for is not taken: it would be the one key that can also sign.
        switch (kty, alg) {
        case ("RSA", nil), ("RSA", "RS256"):
            let modulus = try bytes(n, "n", index)
            let exponent = try bytes(e, "e", index)
            return try publicKey(index, "n") { () throws(OpenSSLError) in
                try PublicKey(rsaModulus: modulus, exponent: exponent)
            }
        case ("EC", nil) where crv == "P-256", ("EC", "ES256"):
            guard crv == "P-256" else { throw .malformedKey(index: index, member: "crv") }
            let (x, y) = (try bytes(x, "x", index), try bytes(y, "y", index))
            return try publicKey(index, "x") { () throws(OpenSSLError) in try PublicKey(p256X: x, y: y) }
        case ("oct", "HS256"):
            return try JWTKey(secret: bytes(k, "k", index), id: kid)
        default:
            return nil
        }
    }

    private func publicKey(
        _ index: Int,
        _ member: String,
        _ make: () throws(OpenSSLError) -> PublicKey
    ) throws(JWTKeyError) -> JWTKey {
        let key: PublicKey
        do throws(OpenSSLError) {
            key = try make()
        } catch {
            throw .malformedKey(index: index, member: member)
        }
        return try JWTKey(key, id: kid)
    }

    private func bytes(_ text: String?, _ member: String, _ index: Int) throws(JWTKeyError) -> [UInt8] {
        guard let text, let bytes = Base64URL.decode(text.utf8), !bytes.isEmpty else {
            throw .malformedKey(index: index, member: member)
        }
        return bytes
    }
}
