import COpenSSL

/// The kind and strength of a public or private key.
package enum KeyKind: Sendable, Hashable, CustomStringConvertible {
    /// RSA with a modulus of so many bits (RSA-PSS too).
    case rsa(bits: Int)
    /// An elliptic curve, by OpenSSL's name for it ("prime256v1"), with its size in bits.
    case ec(curve: String, bits: Int)
    case ed25519
    case ed448
    /// Any other algorithm, by name or object identifier.
    case other(String)

    /// "RSA 2048", "EC prime256v1", …
    package var description: String {
        switch self {
        case .rsa(let bits): "RSA \(bits)"
        case .ec(let curve, _): "EC \(curve)"
        case .ed25519: "Ed25519"
        case .ed448: "Ed448"
        case .other(let name): name
        }
    }

    /// Reads the kind off an EVP_PKEY.
    init(of key: OpaquePointer) {
        let bits = Int(EVP_PKEY_get_bits(key))
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA, EVP_PKEY_RSA_PSS:
            self = .rsa(bits: bits)
        case EVP_PKEY_EC:
            self = .ec(curve: KeyKind.curve(of: key), bits: bits)
        case EVP_PKEY_ED25519:
            self = .ed25519
        case EVP_PKEY_ED448:
            self = .ed448
        case let identifier:
            self = .other(OBJ_nid2sn(identifier).map { String(cString: $0) } ?? "unknown")
        }
    }

    /// Longest curve name in OpenSSL's table is 25 bytes ("wap-wsg-idm-ecid-wtls…").
    private static let maximumCurveNameBytes = 64

    private static func curve(of key: OpaquePointer) -> String {
        let name = withUnsafeTemporaryAllocation(of: CChar.self, capacity: maximumCurveNameBytes) { buffer in
            var length = 0
            guard EVP_PKEY_get_group_name(key, buffer.baseAddress, buffer.count, &length) == 1,
                let start = buffer.baseAddress
            else { return "explicit parameters" }
            return String(cString: start)
        }
        ErrorQueue.clear()
        return name
    }
}
