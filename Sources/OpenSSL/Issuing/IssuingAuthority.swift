import COpenSSL
package import FoundationEssentials

/// A certificate with its private key, just made.
package struct IssuedCertificate: Sendable {
    package let certificate: Certificate
    package let key: PrivateKey
}

/// A CA of our own that issues what `sluice init` needs: P-256 keys, SHA-256 signatures, version 3 certificates that
/// pass strict verification too.
package struct IssuingAuthority: Sendable {
    package let certificate: Certificate
    package let key: PrivateKey

    /// Goes on with an existing CA.
    ///
    /// - Throws: ``OpenSSLError/keyMismatch(subject:)``.
    package init(certificate: Certificate, key: PrivateKey) throws(OpenSSLError) {
        guard key.matches(certificate) else { throw .keyMismatch(subject: certificate.description) }
        self.certificate = certificate
        self.key = key
    }

    /// Makes a self-signed CA that issues leaves only (path length 0).
    ///
    /// - Parameters:
    ///   - commonName: At most 64 characters (RFC 5280, ub-common-name).
    ///   - validity: First and last second.
    package static func create(
        commonName: String,
        validity: ClosedRange<Date>
    ) throws(OpenSSLError) -> IssuingAuthority {
        let key = try PrivateKey.generateP256()
        let draft = try CertificateDraft(commonName: commonName, validity: validity, key: key)
        try draft.setIssuer(nil)
        try draft.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: nil)
        try draft.add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: nil)
        try draft.add(NID_subject_key_identifier, "hash", issuer: nil)
        return try IssuingAuthority(certificate: draft.sign(with: key), key: key)
    }

    /// Issues a server certificate with a new key.
    ///
    /// - Parameters:
    ///   - dnsNames: Names for the subject alternative name, the first one is the CN too if it is short enough.
    ///   - ipAddresses: IPv4 or IPv6 addresses as text, for the subject alternative name.
    ///   - validity: First and last second.
    package func issueServerCertificate(
        dnsNames: [String],
        ipAddresses: [String] = [],
        validity: ClosedRange<Date>
    ) throws(OpenSSLError) -> IssuedCertificate {
        let key = try PrivateKey.generateP256()
        let name = dnsNames.first ?? ipAddresses.first ?? ""
        let isShort = name.unicodeScalars.count <= IssuingAuthority.maximumCommonNameLength
        let draft = try CertificateDraft(commonName: isShort ? name : "", validity: validity, key: key)
        try addLeafExtensions(to: draft, purpose: "serverAuth")
        try draft.addAlternativeNames(dnsNames: dnsNames, ipAddresses: ipAddresses)
        return IssuedCertificate(certificate: try draft.sign(with: self.key), key: key)
    }

    /// Issues a client certificate with a new key.
    package func issueClientCertificate(
        commonName: String,
        organizationalUnit: String? = nil,
        validity: ClosedRange<Date>
    ) throws(OpenSSLError) -> IssuedCertificate {
        let key = try PrivateKey.generateP256()
        let draft = try CertificateDraft(
            commonName: commonName,
            organizationalUnit: organizationalUnit,
            validity: validity,
            key: key
        )
        try addLeafExtensions(to: draft, purpose: "clientAuth")
        return IssuedCertificate(certificate: try draft.sign(with: self.key), key: key)
    }

    /// RFC 5280 appendix A.1, ub-common-name.
    package static let maximumCommonNameLength = 64

    private func addLeafExtensions(to draft: borrowing CertificateDraft, purpose: String) throws(OpenSSLError) {
        try draft.setIssuer(certificate)
        try draft.add(NID_basic_constraints, "critical,CA:FALSE", issuer: certificate)
        try draft.add(NID_key_usage, "critical,digitalSignature", issuer: certificate)
        try draft.add(NID_ext_key_usage, purpose, issuer: certificate)
        try draft.add(NID_subject_key_identifier, "hash", issuer: certificate)
        try draft.add(NID_authority_key_identifier, "keyid", issuer: certificate)
    }
}
