import SwiftASN1
import X509

/// A forged certificate with its key.
package struct TestCertificate: Sendable {
    let certificate: Certificate
    package let key: TestKey

    package var der: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try certificate.serialize(into: &serializer)
            return serializer.serializedBytes
        }
    }

    package var pem: String {
        get throws { try certificate.serializeAsPEM().pemString }
    }
}

/// A CA for tests, made with swift-certificates and swift-crypto: an oracle that shares no line with OpenSSL.
package struct TestAuthority: Sendable {
    /// The CA's own certificate.
    package let certificate: TestCertificate

    /// A self-signed root.
    ///
    /// - Parameters:
    ///   - name: The CN, and the whole subject: two authorities of one name have the same subject.
    ///   - shape: What its certificate looks like.
    ///   - key: A key to use again, for another certificate of the same CA; nil: a new one.
    package init(
        _ name: String = "Test CA",
        shape: CertificateShape = .authority,
        key: TestKey? = nil
    ) throws {
        let key = try key ?? TestKey(shape.key)
        certificate = TestCertificate(
            certificate: try TestAuthority.forge(name, shape, key: key, issuer: nil, issuerKey: key),
            key: key
        )
    }

    private init(_ certificate: TestCertificate) {
        self.certificate = certificate
    }

    /// Lets a certificate sign, whatever it says that it is for.
    init(signingAs certificate: TestCertificate) {
        self.init(certificate)
    }

    /// Issues a leaf.
    package func issue(
        _ name: String = "device",
        _ shape: CertificateShape = .client,
        key: TestKey? = nil
    ) throws -> TestCertificate {
        let key = try key ?? TestKey(shape.key)
        let issued = try TestAuthority.forge(
            name,
            shape,
            key: key,
            issuer: certificate.certificate,
            issuerKey: certificate.key
        )
        return TestCertificate(certificate: issued, key: key)
    }

    /// Issues an intermediate, or cross-signs an authority when its key and name are given.
    package func issueAuthority(
        _ name: String,
        _ shape: CertificateShape = .authority,
        key: TestKey? = nil
    ) throws -> TestAuthority {
        TestAuthority(try issue(name, shape, key: key))
    }

    private static func forge(
        _ name: String,
        _ shape: CertificateShape,
        key: TestKey,
        issuer: Certificate?,
        issuerKey: TestKey
    ) throws -> Certificate {
        let subject = try DistinguishedName {
            if let unit = shape.organizationalUnit { OrganizationalUnitName(unit) }
            CommonName(name)
        }
        let serial = shape.serialNumber.map { Certificate.SerialNumber(bytes: $0) } ?? Certificate.SerialNumber()
        let extensions = try Certificate.Extensions(
            shape.extensions(for: key, issuer: issuer, issuerKey: issuerKey)
        )
        if shape.isSignedWithSHA1 {
            return try Certificate(
                version: .v3,
                serialNumber: serial,
                publicKey: key.key.publicKey,
                notValidBefore: shape.notBefore,
                notValidAfter: shape.notAfter,
                issuer: issuer?.subject ?? subject,
                subject: subject,
                signatureAlgorithm: .sha1WithRSAEncryption,
                extensions: extensions,
                issuerPrivateKey: issuerKey.key
            )
        }
        return try Certificate(
            version: .v3,
            serialNumber: serial,
            publicKey: key.key.publicKey,
            notValidBefore: shape.notBefore,
            notValidAfter: shape.notAfter,
            issuer: issuer?.subject ?? subject,
            subject: subject,
            extensions: extensions,
            issuerPrivateKey: issuerKey.key
        )
    }
}
