package import struct FoundationEssentials.Date

/// A registered client certificate.
package struct ClientCertificateRecord: Hashable, Sendable {
    /// What is known of the certificate.
    package var facts: ClientCertificateFacts
    /// The registered CA that it belongs to.
    package var authority: Fingerprint
    /// The client id that the device gets where its CONNECT names none.
    package var clientID: ClientIdentifier?
    /// What it may do.
    package var state: ClientCertificateState
    /// How it came here.
    package let source: RegistrationSource
    /// When it was registered.
    package let createdAt: Date
    /// When it came into its state.
    package var stateChangedAt: Date
    /// When a device was last let in with it; `nil` for never. Up to a second late.
    package var lastSeenAt: Date?

    /// Gathers a stored record, or makes a new one.
    package init(
        facts: ClientCertificateFacts,
        authority: Fingerprint,
        clientID: ClientIdentifier?,
        state: ClientCertificateState,
        source: RegistrationSource,
        createdAt: Date,
        stateChangedAt: Date,
        lastSeenAt: Date? = nil
    ) {
        self.facts = facts
        self.authority = authority
        self.clientID = clientID
        self.state = state
        self.source = source
        self.createdAt = createdAt
        self.stateChangedAt = stateChangedAt
        self.lastSeenAt = lastSeenAt
    }

    /// The certificate's fingerprint: the record's identity.
    package var fingerprint: Fingerprint { facts.fingerprint }

    /// Whether nothing that can be asked for has changed between this record and a later one of the same certificate.
    func isUnchanged(in later: ClientCertificateRecord) -> Bool {
        (state, clientID, authority, stateChangedAt)
            == (later.state, later.clientID, later.authority, later.stateChangedAt)
    }

    /// What the handshake needs to know of it.
    package var entry: DeviceEntry {
        DeviceEntry(state: state, authority: authority, clientID: clientID, isFromList: facts.isFromList)
    }
}

/// What the handshake needs to know of a registered client certificate; kept in memory for every one of them.
package struct DeviceEntry: Hashable, Sendable {
    /// What it may do.
    package let state: ClientCertificateState
    /// The registered CA that it belongs to.
    package let authority: Fingerprint
    /// The client id of the record, if it has one.
    package let clientID: ClientIdentifier?
    /// Whether the record came from a list and its certificate was never here: the device shall tell the rest.
    package let isFromList: Bool

    /// Gathers one entry.
    package init(
        state: ClientCertificateState,
        authority: Fingerprint,
        clientID: ClientIdentifier? = nil,
        isFromList: Bool = false
    ) {
        self.state = state
        self.authority = authority
        self.clientID = clientID
        self.isFromList = isFromList
    }
}
