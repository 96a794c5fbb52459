package import FoundationEssentials
import SwiftASN1
import X509

/// What a forged revocation list looks like. The defaults give what a tidy CA would issue.
package struct RevocationListShape: Sendable {
    /// One entry.
    package struct Entry: Sendable {
        package let serial: [UInt8]
        package let date: Date
        /// CRLReason; nil: no such extension.
        package let reason: UInt8?

        package init(
            _ serial: [UInt8],
            at date: Date = Date(timeIntervalSince1970: 1_800_000_000),
            reason: UInt8? = nil
        ) {
            self.serial = serial
            self.date = date
            self.reason = reason
        }
    }

    /// What the list is restricted to (issuingDistributionPoint).
    package enum Scope: Sendable, CaseIterable {
        case userCertificates, authorities, attributes, indirect
    }

    package var thisUpdate = Date(timeIntervalSinceNow: -3600)
    package var nextUpdate: Date? = Date(timeIntervalSinceNow: 86_400)
    package var number: UInt8? = 7
    package var entries: [Entry] = []
    package var isDelta = false
    package var scope: Scope?
    package var hasUnknownCriticalExtension = false

    package init() {}

    /// A list that revokes these certificates.
    package init(revoking certificates: TestCertificate..., reason: UInt8? = nil) {
        entries = certificates.map { Entry($0.serial, reason: reason) }
    }

    /// The same with one thing changed.
    package func with(_ change: (inout RevocationListShape) -> Void) -> RevocationListShape {
        var shape = self
        change(&shape)
        return shape
    }
}

extension TestAuthority {
    /// The DER of a revocation list that this CA signs. Its key must be P-256.
    package func revocationList(_ shape: RevocationListShape = RevocationListShape()) throws -> [UInt8] {
        let entries = shape.entries.flatMap { entry in
            let reason = entry.reason.map {
                DERText.sequence(
                    DERText.sequence(DERText.identifier(0x55, 0x1D, 0x15), DERText.octets(DERText.enumerated($0)))
                )
            }
            return DERText.sequence(DERText.integer(entry.serial), DERText.time(entry.date), reason ?? [])
        }
        let extensions = shape.extensions
        let body = try DERText.sequence(
            DERText.integer([1]),
            TestAuthority.ecdsaWithSHA256,
            name,
            DERText.time(shape.thisUpdate),
            shape.nextUpdate.map { DERText.time($0) } ?? [],
            entries.isEmpty ? [] : DERText.value(0x30, entries),
            extensions.isEmpty ? [] : DERText.tagged(0, DERText.value(0x30, extensions))
        )
        return try DERText.sequence(body, TestAuthority.ecdsaWithSHA256, DERText.bitString(sign(body)))
    }

    /// DER of the CA's own name.
    var name: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try certificate.certificate.subject.serialize(into: &serializer)
            return serializer.serializedBytes
        }
    }

    func sign(_ bytes: [UInt8]) throws -> [UInt8] {
        try certificate.key.key.sign(bytes: bytes, signatureAlgorithm: .ecdsaWithSHA256).rawRepresentation
    }

    static let ecdsaWithSHA256 = DERText.sequence(
        DERText.identifier(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02)
    )
}

extension TestCertificate {
    /// The serial number, big-endian.
    package var serial: [UInt8] { Array(certificate.serialNumber.bytes) }
}

extension RevocationListShape {
    fileprivate var extensions: [UInt8] {
        var list: [UInt8] = []
        if let number {
            list += DERText.sequence(DERText.identifier(0x55, 0x1D, 0x14), DERText.octets(DERText.integer([number])))
        }
        if isDelta {
            list += critical(DERText.identifier(0x55, 0x1D, 0x1B), DERText.integer([1]))
        }
        if let scope {
            let flag: UInt8 =
                switch scope {
                case .userCertificates: 0x81
                case .authorities: 0x82
                case .attributes: 0x85
                case .indirect: 0x84
                }
            list += critical(DERText.identifier(0x55, 0x1D, 0x1C), DERText.sequence([flag, 1, 0xFF]))
        }
        if hasUnknownCriticalExtension {
            list += critical(DERText.identifier(0x2A, 0x03, 0x04), DERText.octets([0]))
        }
        return list
    }

    private func critical(_ identifier: [UInt8], _ value: [UInt8]) -> [UInt8] {
        DERText.sequence(identifier, DERText.boolean(true), DERText.octets(value))
    }
}
