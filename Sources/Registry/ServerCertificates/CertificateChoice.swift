/// What a client gets that names nobody, or a name that no slot serves: an access point's `unknownSNI`.
package enum UnknownServerNamePolicy: String, Hashable, Sendable, CaseIterable {
    /// The default server certificate, if it is enabled.
    case `default`
    /// The alert unrecognized_name.
    case reject
}

/// Which server certificate answers a client hello.
package enum CertificateChoice: Hashable, Sendable {
    /// Serve the certificates of these slots.
    case serve(SlotGroup, match: Match)
    /// Refuse with the alert unrecognized_name.
    case refused(Refusal)

    /// How the name led to the slot.
    package enum Match: String, Hashable, Sendable {
        /// A name of the certificate, letter by letter.
        case exact
        /// A `*.` name of the certificate.
        case wildcard
        /// No name matched, or none was given.
        case `default`
    }

    /// Why no certificate answers.
    package enum Refusal: Hashable, Sendable {
        /// The name's certificate was unbound.
        case retired(DomainName)
        /// No slot serves the name, and the default does not stand in.
        case unknown(DomainName)
        /// The client named nobody, and the default does not stand in.
        case unnamed
        /// The client sent bytes that are no name, and the default does not stand in.
        case malformed
    }
}
