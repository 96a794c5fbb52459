package import Foundation
import Registry

/// A registered client certificate. Of one that was imported as a fingerprint alone, most facts may be absent.
package struct ClientCertificateResource: Codable, Hashable, Sendable {
    /// SHA-256 of the DER, 64 hexadecimal digits.
    package var fingerprint: String
    /// The serial number, lower-case hexadecimal.
    package var serial: String?
    /// The subject as RFC 2253 text.
    package var subject: String?
    /// The issuer as RFC 2253 text.
    package var issuer: String?
    /// The subject's common name.
    package var commonName: String?
    /// The subject's organizational unit.
    package var organizationalUnit: String?
    /// Such as `EC prime256v1` or `RSA 2048`.
    package var key: String?
    /// The first second of validity.
    package var notBefore: Date?
    /// The last second of validity.
    package var notAfter: Date?
    /// `valid`, `expiring`, `expired` or `not_yet_valid`.
    package var validity: String
    /// The fingerprint of the registered CA that it belongs to.
    package var caFingerprint: String
    /// The client id that the device gets where its CONNECT names none.
    package var clientID: String?
    /// `active`, `inactive`, `pending_activation` or `revoked`.
    package var state: String
    /// `manual` or `automatic`.
    package var source: String
    /// When it was registered.
    package var createdAt: Date
    /// When it came into its state.
    package var stateChangedAt: Date
    /// When a device was last let in with it; absent for never.
    package var lastSeenAt: Date?

    init(_ record: ClientCertificateRecord, at now: Date) {
        fingerprint = record.fingerprint.hex
        serial = record.facts.serial?.hex
        subject = record.facts.subject
        issuer = record.facts.issuer
        commonName = record.facts.commonName
        organizationalUnit = record.facts.organizationalUnit
        key = record.facts.key?.description
        notBefore = record.facts.notBefore
        notAfter = record.facts.notAfter
        validity = record.facts.validity(at: now).rawValue
        caFingerprint = record.authority.hex
        clientID = record.clientID?.text
        state = record.state.rawValue
        source = record.source.rawValue
        createdAt = record.createdAt
        stateChangedAt = record.stateChangedAt
        lastSeenAt = record.lastSeenAt
    }
}

/// A client that came with a certificate.
package struct AssociatedClientResource: Codable, Hashable, Sendable {
    package var clientID: String
    /// When it first came with this certificate.
    package var firstSeenAt: Date
    /// When it last came with it.
    package var lastSeenAt: Date
    /// Where it last came from.
    package var address: String
    /// Through which access point it last came.
    package var accessPoint: String
    /// The server name that it asked for last.
    package var serverName: String?
    /// The TLS version of the last time.
    package var tlsVersion: String?
    /// Whether it is connected now.
    package var connected: Bool

    init(_ client: AssociatedClient, isConnected: Bool) {
        clientID = client.clientID
        firstSeenAt = client.firstSeen
        lastSeenAt = client.lastSeen
        address = client.address
        accessPoint = client.accessPoint
        serverName = client.serverName
        tlsVersion = client.tlsVersion?.rawValue
        connected = isConnected
    }
}

/// What a deleted client certificate left behind: it is not registered automatically again.
package struct TombstoneResource: Codable, Hashable, Sendable {
    package var fingerprint: String
    /// The common name, for people.
    package var commonName: String?
    /// The state in which it was deleted; what was `revoked` cannot be registered by hand either.
    package var state: String
    package var deletedAt: Date
    /// When the tombstone goes by itself: the certificate has ended by then.
    package var until: Date

    init(_ stone: Tombstone) {
        fingerprint = stone.fingerprint.hex
        commonName = stone.commonName
        state = stone.state.rawValue
        deletedAt = stone.deletedAt
        until = stone.until
    }
}
