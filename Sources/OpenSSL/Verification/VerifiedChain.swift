import COpenSSL
package import FoundationEssentials

/// A chain that ended at a registered CA, with what a later check needs of it: it stays with the session, and is small.
package struct VerifiedChain: Sendable, Hashable {
    /// The registered CA's fingerprint.
    package let anchorFingerprint: [UInt8]
    /// The earliest end of validity of all certificates in it.
    package let validUntil: Date
    /// The device's own serial number.
    package let leafSerial: CertificateSerial
    /// SHA-256 of the device's own certificate in the other spelling that an ECDSA signature has; nil without one. Anybody
    /// can make the one of the other, so that what holds for the one must hold for both.
    package let leafTwin: [UInt8]?
    /// The certificates between leaf and anchor, upwards; empty where the registered CA issued the leaf itself.
    package let intermediates: [Intermediate]

    /// One certificate between leaf and anchor.
    package struct Intermediate: Sendable, Hashable {
        /// Whose certificate it is.
        package let identity: AuthorityIdentity
        /// Its own serial number.
        package let serial: CertificateSerial

        package init(identity: AuthorityIdentity, serial: CertificateSerial) {
            self.identity = identity
            self.serial = serial
        }
    }

    package init(
        anchorFingerprint: [UInt8],
        validUntil: Date,
        leafSerial: CertificateSerial,
        leafTwin: [UInt8]? = nil,
        intermediates: [Intermediate] = []
    ) {
        self.anchorFingerprint = anchorFingerprint
        self.validUntil = validUntil
        self.leafSerial = leafSerial
        self.leafTwin = leafTwin
        self.intermediates = intermediates
    }

    /// Notes a path that was judged good: leaf first, anchor last.
    init(path: [OpaquePointer], anchorFingerprint: [UInt8]) {
        let ends = path.map { CertificateFacts.date(X509_get0_notAfter($0)) }
        self.init(
            anchorFingerprint: anchorFingerprint,
            validUntil: ends.min() ?? .distantPast,
            leafSerial: CertificateSerial(path.first.flatMap { X509_get0_serialNumber($0) }.map { UnsafePointer($0) }),
            leafTwin: path.count > 1 ? SignatureTwin.fingerprint(of: path[0], issuedBy: path[1]) : nil,
            intermediates: path.dropFirst().dropLast().map {
                Intermediate(
                    identity: AuthorityIdentity(of: $0),
                    serial: CertificateSerial(X509_get0_serialNumber($0))
                )
            }
        )
    }
}
