package import struct FoundationEssentials.Date

/// What an operator does with a registered client certificate.
package enum DeviceVerb: Hashable, Sendable {
    /// Lets its device in.
    case activate
    /// Keeps its device out until it is activated.
    case deactivate
    /// Keeps its device out for ever.
    case revoke
    /// Takes the record out and leaves a tombstone.
    case delete
    /// Lifts the tombstone of a deleted record.
    case purge
    /// Gives the record another client id, or none.
    case setClientID(ClientIdentifier?)
}

/// What happened to a client certificate; the raw values are the audit log's words after `client-certificate.`.
package enum DeviceAction: String, Hashable, Sendable, CaseIterable {
    case register
    case activate
    case deactivate
    case revoke
    case delete
    case purge
    case setClientID = "set-client-id"
    /// The record went over to the certificate that replaces its CA.
    case reassign = "change-ca"
    /// The record, which came from a list, learned what its certificate says.
    case learn
}

/// One step in the life of a client certificate.
package struct DeviceChange: Hashable, Sendable {
    /// What was done.
    package let action: DeviceAction
    /// The certificate.
    package let fingerprint: Fingerprint
    /// The record before; `nil` if there was none.
    package let before: ClientCertificateRecord?
    /// The record after; `nil` if there is none.
    package let after: ClientCertificateRecord?
    /// The tombstone that a deletion left or a purge lifted.
    package let tombstone: Tombstone?
    /// What the operator may not have meant.
    package let warnings: [DeviceWarning]
    /// Whether anything had to be done.
    package let isChange: Bool
    /// Who did it; `nil` as long as nobody has.
    package var principal: Principal?

    /// Describes one step.
    package init(
        action: DeviceAction,
        fingerprint: Fingerprint,
        before: ClientCertificateRecord?,
        after: ClientCertificateRecord?,
        tombstone: Tombstone? = nil,
        warnings: [DeviceWarning] = []
    ) {
        self.action = action
        self.fingerprint = fingerprint
        self.before = before
        self.after = after
        self.tombstone = tombstone
        self.warnings = warnings
        isChange = before != after || tombstone != nil
    }

    /// Whether a device that was let in before this step has to leave: it is not active any more.
    package var endsSessions: Bool { before?.state.connects == true && after?.state.connects != true }
}

/// Something about a registration that the operator may not have meant; it is done nevertheless.
package enum DeviceWarning: Hashable, Sendable {
    /// Another active certificate has the same common name.
    case sameCommonName(String, other: Fingerprint)
    /// Another active certificate carries the same client id: whoever connects last ends the other's session.
    case sameClientID(ClientIdentifier, other: Fingerprint)
    /// The certificate ends within 30 days.
    case expiring(notAfter: Date)
    /// The certificate has ended: its device cannot connect.
    case expired(notAfter: Date)
    /// The certificate does not count yet.
    case notYetValid(notBefore: Date)
    /// The CA is inactive: the device cannot connect by it.
    case authorityInactive(Fingerprint)
    /// The certificate had been deleted; registering it by hand lifted the tombstone.
    case tombstoneLifted(deletedAt: Date)
}
