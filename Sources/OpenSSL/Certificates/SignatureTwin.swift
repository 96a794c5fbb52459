import COpenSSL

/// The other spelling of a certificate that is signed with ECDSA.
///
/// Where (r, s) is a signature, (r, n − s) is one too, and anybody can make it of the other: the same certificate with
/// another fingerprint. Whoever is known by a fingerprint that is barred could come again by the other one.
enum SignatureTwin {
    /// SHA-256 of the certificate with the other signature; nil for one that is not signed with ECDSA.
    ///
    /// - Parameters:
    ///   - x509: The certificate.
    ///   - issuer: The certificate whose key signed it.
    static func fingerprint(of x509: OpaquePointer, issuedBy issuer: OpaquePointer) -> [UInt8]? {
        guard let key = X509_get0_pubkey(issuer), EVP_PKEY_get_base_id(key) == EVP_PKEY_EC else { return nil }
        defer { ErrorQueue.clear() }
        var signature: UnsafePointer<asn1_string_st>?
        X509_get0_signature(&signature, nil, x509)
        guard let signature, let twin = other(signature, key), let der = TLSConnection.der(of: x509) else { return nil }
        // What is signed and the algorithm, as they stand between the outermost header and the signature.
        let header = der.count > 1 && der[1] >= 0x80 ? 2 + Int(der[1] & 0x7F) : 2
        let bits = 1 + lengthBytes(Int(ASN1_STRING_length(signature)) + 1) + 1 + Int(ASN1_STRING_length(signature))
        guard header + bits <= der.count else { return nil }
        let body = Array(der[header..<der.count - bits]) + element(0x03, [0] + twin)
        return SHA256.hash(element(0x30, body))
    }

    /// DER of (r, n − s).
    private static func other(_ signature: UnsafePointer<asn1_string_st>, _ key: OpaquePointer) -> [UInt8]? {
        var position = ASN1_STRING_get0_data(signature)
        guard let parsed = d2i_ECDSA_SIG(nil, &position, Int(ASN1_STRING_length(signature))) else { return nil }
        defer { ECDSA_SIG_free(parsed) }
        var order: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, "order", &order) == 1, let order else { return nil }
        defer { BN_free(order) }
        // The signature takes both over.
        let (r, s) = (BN_dup(ECDSA_SIG_get0_r(parsed)), BN_new())
        guard r != nil, s != nil, BN_sub(s, order, ECDSA_SIG_get0_s(parsed)) == 1, ECDSA_SIG_set0(parsed, r, s) == 1
        else {
            BN_free(r)
            BN_free(s)
            return nil
        }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_ECDSA_SIG(parsed, &bytes)
        guard count > 0 else { return nil }
        defer { CRYPTO_free(bytes, #fileID, #line) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 0x80 else { return [tag, UInt8(content.count)] + content }
        let digits = lengthBytes(content.count) - 1
        let length = (0..<digits).map { UInt8(truncatingIfNeeded: content.count >> (8 * (digits - 1 - $0))) }
        return [tag, 0x80 | UInt8(digits)] + length + content
    }

    /// Bytes of a DER length.
    private static func lengthBytes(_ count: Int) -> Int {
        count < 0x80 ? 1 : 1 + (count.bitWidth - count.leadingZeroBitCount + 7) / 8
    }
}
