/// A client certificate that is to be registered: checked facts, and the CA that it was verified to.
package struct DeviceRegistration: Hashable, Sendable {
    /// What is known of the certificate.
    package let facts: ClientCertificateFacts
    /// The registered CA that it belongs to.
    package let authority: Fingerprint
    /// The client id that the record shall carry.
    package let clientID: ClientIdentifier?
    /// The state of a manual registration; an automatic one goes by the cluster's settings.
    package let initialState: ClientCertificateState
    /// The fingerprint that the same certificate has with its signature spelt otherwise, where the device could do that:
    /// nothing registers itself beside its own record or tombstone.
    package var twin: Fingerprint?

    /// A certificate that was uploaded, or shown by its device. `active: false` registers it inactive.
    package init(
        _ certificate: CertificateDescription,
        authority: Fingerprint,
        clientID: ClientIdentifier? = nil,
        active: Bool = true
    ) {
        self.init(
            facts: ClientCertificateFacts(certificate),
            authority: authority,
            clientID: clientID,
            initialState: active ? .active : .inactive
        )
    }

    /// A certificate of which only some facts may be known.
    package init(
        facts: ClientCertificateFacts,
        authority: Fingerprint,
        clientID: ClientIdentifier?,
        initialState: ClientCertificateState
    ) {
        self.facts = facts
        self.authority = authority
        self.clientID = clientID
        self.initialState = initialState
    }

    /// The certificate's fingerprint.
    package var fingerprint: Fingerprint { facts.fingerprint }
}

/// What an automatic registration came to.
package enum AutomaticRegistration: Hashable, Sendable {
    /// It was registered just now; whether it connects is said by the entry's state.
    case registered(DeviceEntry)
    /// It had been registered, perhaps a moment ago by another connection.
    case alreadyRegistered(DeviceEntry)
    /// Too many registrations at this time; nothing was stored.
    case rateLimited(retryAfter: Duration)
    /// It was deleted, and may come back only after `purge`.
    case barred
    /// It could not be registered; nothing was stored. Whose fault it is, is said by the error's kind.
    case failed(DeviceError)
}
