import Crypto
package import FoundationEssentials
import SwiftASN1
import X509

/// What a forged OCSP response says.
package struct OCSPShape: Sendable {
    /// What it says about the certificate.
    package enum Status: Sendable {
        case good
        case revoked(at: Date, reason: UInt8)
        case unknown
    }

    package var status = Status.good
    package var thisUpdate = Date(timeIntervalSinceNow: -3600)
    package var nextUpdate: Date? = Date(timeIntervalSinceNow: 86_400)
    /// Who signs in the CA's place, with its certificate in the response.
    package var responder: TestCertificate?
    /// Uses SHA-256 in place of SHA-1 to name the certificate.
    package var usesSHA256 = false

    package init(_ status: Status = .good) {
        self.status = status
    }

    /// The same with one thing changed.
    package func with(_ change: (inout OCSPShape) -> Void) -> OCSPShape {
        var shape = self
        change(&shape)
        return shape
    }
}

extension TestAuthority {
    /// The DER of an OCSP response about a certificate, signed by this CA or its responder. Keys must be P-256.
    package func ocspResponse(for leaf: TestCertificate, _ shape: OCSPShape = OCSPShape()) throws -> [UInt8] {
        let answer = try DERText.sequence(
            certificateID(leaf, usesSHA256: shape.usesSHA256),
            shape.status.encoded,
            DERText.time(shape.thisUpdate),
            shape.nextUpdate.map { DERText.tagged(0, DERText.time($0)) } ?? []
        )
        let signer = shape.responder.map { TestAuthority(signingAs: $0) } ?? self
        let data = try DERText.sequence(
            DERText.tagged(1, signer.name),
            DERText.time(shape.thisUpdate),
            DERText.sequence(answer)
        )
        let certificates = try shape.responder.map { DERText.tagged(0, DERText.sequence(try $0.der)) }
        let basic = try DERText.sequence(
            data,
            TestAuthority.ecdsaWithSHA256,
            DERText.bitString(signer.sign(data)),
            certificates ?? []
        )
        let type = DERText.identifier(0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01)
        return DERText.sequence(
            DERText.enumerated(0),
            DERText.tagged(0, DERText.sequence(type, DERText.octets(basic)))
        )
    }

    /// The DER of a response that has no answer: "try later".
    package static var tryLater: [UInt8] { DERText.sequence(DERText.enumerated(3)) }

    private func certificateID(_ leaf: TestCertificate, usesSHA256: Bool) throws -> [UInt8] {
        let key = Array(certificate.certificate.publicKey.subjectPublicKeyInfoBytes)
        func hash(_ bytes: [UInt8]) -> [UInt8] {
            usesSHA256 ? Array(SHA256.hash(data: bytes)) : Array(Insecure.SHA1.hash(data: bytes))
        }
        let algorithm =
            usesSHA256
            ? DERText.identifier(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01)
            : DERText.identifier(0x2B, 0x0E, 0x03, 0x02, 0x1A)
        return try DERText.sequence(
            DERText.sequence(algorithm),
            DERText.octets(hash(name)),
            DERText.octets(hash(key)),
            DERText.integer(leaf.serial)
        )
    }
}

extension OCSPShape.Status {
    fileprivate var encoded: [UInt8] {
        switch self {
        case .good: DERText.value(0x80, [])
        case .revoked(let date, let reason):
            DERText.tagged(1, DERText.time(date) + DERText.tagged(0, DERText.enumerated(reason)))
        case .unknown: DERText.value(0x82, [])
        }
    }
}
