import Crypto
import FoundationEssentials
import SwiftASN1
import X509

extension TestCertificate {
    /// The same certificate with the other ECDSA signature that anybody can make of its own: (r, n − s) of (r, s). Its CA's
    /// key is of P-256.
    package func withOtherSignature() throws -> TestCertificate {
        let der = try self.der
        guard
            let length = (66...72).first(where: {
                der[der.count - $0] == 0x30 && Int(der[der.count - $0 + 1]) == $0 - 2
            })
        else { throw NoECDSASignature() }
        let raw = try Array(P256.Signing.ECDSASignature(derRepresentation: der.suffix(length)).rawRepresentation)
        let other = try Array(
            P256.Signing.ECDSASignature(
                rawRepresentation: raw[..<32] + Self.subtract(Array(raw[32...]), from: Self.order)
            ).derRepresentation
        )
        // Behind the header of the whole and before that of the signature's bit string.
        let body: [UInt8] = Array(der[4..<der.count - length - 3]) + [0x03, UInt8(other.count + 1), 0] + other
        let bytes: [UInt8] = [0x30, 0x82, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
        return TestCertificate(certificate: try Certificate(derEncoded: bytes), key: key)
    }

    private struct NoECDSASignature: Error {}

    /// The order of P-256 (SP 800-186 § 3.2.1.3).
    private static let order: [UInt8] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6,
        0xFA,
        0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ]

    private static func subtract(_ small: [UInt8], from large: [UInt8]) -> [UInt8] {
        var result = large
        var borrow = 0
        for index in large.indices.reversed() {
            let difference = Int(large[index]) - Int(small[index]) - borrow
            borrow = difference < 0 ? 1 : 0
            result[index] = UInt8(truncatingIfNeeded: difference)
        }
        return result
    }
}
