import COpenSSL

/// A certificate's serial number in 24 bytes without a reference: a key for tables with many thousands of them.
///
/// A number of up to 23 bytes stands for itself (RFC 5280 § 4.1.2.2 allows 20); a longer one is represented by its digest.
package struct CertificateSerial: Sendable, Hashable {
    /// The magnitude, most significant byte first, without leading zeros; after it zeros, and the last byte says what
    /// it is.
    private let words: (UInt64, UInt64, UInt64)

    private static let capacity = 23
    private static let negative: UInt8 = 0x40
    private static let digested: UInt8 = 0x80

    /// Takes the number as big-endian bytes.
    package init(magnitude: some Collection<UInt8>, isNegative: Bool = false) {
        let significant = magnitude.drop { $0 == 0 }
        var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &words) { bytes in
            var form = UInt8(truncatingIfNeeded: significant.count)
            if significant.count <= CertificateSerial.capacity {
                bytes.copyBytes(from: significant)
            } else {
                let digest = SHA256.hash(Array(significant))
                bytes.copyBytes(from: digest.prefix(CertificateSerial.capacity))
                form = UInt8(CertificateSerial.capacity) | CertificateSerial.digested
            }
            if isNegative, !significant.isEmpty { form |= CertificateSerial.negative }
            bytes[CertificateSerial.capacity] = form
        }
        self.words = words
    }

    /// The serial number of a certificate.
    package init(of certificate: Certificate) {
        self = certificate.withX509 { CertificateSerial(X509_get0_serialNumber($0)) }
    }

    init(_ integer: UnsafePointer<asn1_string_st>?) {
        guard let integer, let start = ASN1_STRING_get0_data(integer) else {
            self.init(magnitude: [])
            return
        }
        let bytes = UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(integer)))
        self.init(magnitude: bytes, isNegative: ASN1_STRING_type(integer) == V_ASN1_NEG_INTEGER)
    }

    package static func == (left: CertificateSerial, right: CertificateSerial) -> Bool {
        left.words == right.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
    }
}

extension CertificateSerial: CustomStringConvertible {
    /// The number as ``CertificateFacts/serialHex`` writes it; of one longer than 23 bytes the digest, marked by "#".
    package var description: String {
        let bytes = withUnsafeBytes(of: words) { Array($0) }
        let form = bytes[CertificateSerial.capacity]
        let count = Int(form & ~(CertificateSerial.negative | CertificateSerial.digested))
        let digits = bytes[..<count].map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined().drop { $0 == "0" }
        let sign = form & CertificateSerial.negative == 0 ? "" : "-"
        let mark = form & CertificateSerial.digested == 0 ? "" : "#"
        return sign + mark + (digits.isEmpty ? "0" : String(digits))
    }
}
