package import struct FoundationEssentials.Date

/// The certificate that a slot served before its present one, until the end of the grace period. It uses no slot.
package struct SupersededCertificate: Hashable, Sendable {
    /// The hosted certificate.
    package let certificate: Fingerprint
    /// When it was replaced.
    package let since: Date
    /// When it stops serving: from this moment on it does not. Never after its own notAfter.
    package let until: Date

    /// Names a replaced certificate.
    package init(certificate: Fingerprint, since: Date, until: Date) {
        self.certificate = certificate
        self.since = since
        self.until = until
    }
}

/// A CA that was replaced and is trusted until the end of the grace period. It counts for no quota.
package struct SupersededCA: Hashable, Sendable {
    /// The replaced CA.
    package let ca: RegisteredCA
    /// The CA that took its place.
    package let replacedBy: Fingerprint
    /// When it was replaced.
    package let since: Date
    /// When it stops being trusted: from this moment on it is not. Never after its own notAfter.
    package let until: Date

    /// Names a replaced CA.
    package init(ca: RegisteredCA, replacedBy: Fingerprint, since: Date, until: Date) {
        self.ca = ca
        self.replacedBy = replacedBy
        self.since = since
        self.until = until
    }
}
