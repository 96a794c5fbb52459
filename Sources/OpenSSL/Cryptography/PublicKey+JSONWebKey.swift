extension PublicKey {
    /// A point of the curve P-256, as a JSON Web Key gives it (RFC 7518 § 6.2).
    ///
    /// - Throws: `OpenSSLError.wrongLength`, and `.malformedKey` for a point that is not on the curve.
    package init(p256X x: [UInt8], y: [UInt8]) throws(OpenSSLError) {
        for coordinate in [x, y] where coordinate.count != PublicKey.p256CoordinateBytes {
            throw .wrongLength(
                what: "coordinate of a P-256 key",
                found: coordinate.count,
                needed: PublicKey.p256CoordinateBytes
            )
        }
        let algorithm = DEREncoding.sequence(PublicKey.ecPublicKey + PublicKey.prime256v1)
        try self.init(
            subjectPublicKeyInfo: DEREncoding.sequence(algorithm + DEREncoding.bitString([0x04] + x + y))
        )
    }

    /// Modulus and exponent of an RSA key, as a JSON Web Key gives them (RFC 7518 § 6.3).
    package init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(OpenSSLError) {
        let key = DEREncoding.sequence(DEREncoding.unsigned(modulus) + DEREncoding.unsigned(exponent))
        let algorithm = DEREncoding.sequence(PublicKey.rsaEncryption + DEREncoding.null)
        try self.init(subjectPublicKeyInfo: DEREncoding.sequence(algorithm + DEREncoding.bitString(key)))
    }

    /// Bytes of a coordinate, and of each half of an ECDSA signature, on the curve P-256.
    package static let p256CoordinateBytes = 32

    /// Is this a signature of the bytes by ECDSA with SHA-256, in the form of JSON Web Signatures: r and s, one after the
    /// other (RFC 7518 § 3.4)? Only for a P-256 key.
    package func isP256Signature(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        guard signature.count == 2 * PublicKey.p256CoordinateBytes else { return false }
        let halves = [signature[..<PublicKey.p256CoordinateBytes], signature[PublicKey.p256CoordinateBytes...]]
        return isSHA256Signature(DEREncoding.sequence(halves.flatMap { DEREncoding.unsigned(Array($0)) }), of: bytes)
    }

    // Object identifiers with tag and length: 1.2.840.10045.2.1, 1.2.840.10045.3.1.7, 1.2.840.113549.1.1.1.
    private static let ecPublicKey: [UInt8] = [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
    private static let prime256v1: [UInt8] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
    private static let rsaEncryption: [UInt8] = [
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01,
    ]
}

/// Writes the few DER values (X.690) that keys and signatures are put together of.
enum DEREncoding {
    static let null: [UInt8] = [0x05, 0x00]

    static func sequence(_ content: [UInt8]) -> [UInt8] { value(0x30, content) }

    static func bitString(_ bytes: [UInt8]) -> [UInt8] { value(0x03, [0] + bytes) }

    /// An INTEGER that is not negative, whatever its first bit.
    static func unsigned(_ bytes: [UInt8]) -> [UInt8] {
        let significant = Array(bytes.drop { $0 == 0 })
        let needsZero = significant.first.map { $0 >= 0x80 } ?? true
        return value(0x02, (needsZero ? [0] : []) + significant)
    }

    private static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [tag] + length(content.count) + content
    }

    private static func length(_ count: Int) -> [UInt8] {
        guard count >= 0x80 else { return [UInt8(count)] }
        let bytes = withUnsafeBytes(of: count.bigEndian) { Array($0.drop { $0 == 0 }) }
        return [0x80 | UInt8(bytes.count)] + bytes
    }
}
