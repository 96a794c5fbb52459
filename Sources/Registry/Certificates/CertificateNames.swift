/// Which names a server certificate serves: its DNS names in subjectAltName, and the common name only if there are none.
///
/// RFC 6125 § 6.4.4: a common name counts only for a certificate without any DNS name in its subjectAltName.
package struct CertificateNames: Hashable, Sendable {
    /// The names that can be served, in the certificate's order, each once.
    package let served: [DomainName]
    /// Names in the certificate that no client could ask for, as they stand there.
    package let unusable: [String]

    /// Applies the rule to the texts that a certificate carries.
    package init(subjectAlternativeNames: [String], commonName: String?) {
        let candidates = subjectAlternativeNames.isEmpty ? [commonName].compactMap(\.self) : subjectAlternativeNames
        var served: [DomainName] = []
        var unusable: [String] = []
        for text in candidates {
            guard let name = try? DomainName(text) else {
                unusable.append(text)
                continue
            }
            if !served.contains(name) { served.append(name) }
        }
        self.served = served
        self.unusable = unusable
    }
}
