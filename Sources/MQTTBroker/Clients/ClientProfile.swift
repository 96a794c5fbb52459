package import MQTTCodec

/// A client identifier that has passed admission: UTF-8, not empty, compared byte by byte.
package struct ClientID: Hashable, Sendable, CustomStringConvertible {
    /// The identifier's UTF-8 bytes.
    package let bytes: ContiguousArray<UInt8>

    /// Takes an identifier that the codec or the registry has already checked.
    package init(_ text: String) {
        bytes = ContiguousArray(text.utf8)
    }

    /// Takes bytes to compare identifiers with, whether or not they are one.
    package init(bytes: some Sequence<UInt8>) {
        self.bytes = ContiguousArray(bytes)
    }

    /// Takes the identifier of a CONNECT.
    package init(_ text: Text) {
        bytes = ContiguousArray(text.bytes)
    }

    /// The identifier as text.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// Who an admitted client is: what the broker is told of it beside its CONNECT.
package struct ClientProfile: Sendable {
    /// The effective client id, which may differ from the CONNECT's.
    package var clientID: ClientID

    /// Whether the id was chosen by us; MQTT 5 clients are then told it as Assigned Client Identifier.
    package var clientIDWasAssigned: Bool

    /// The user name that was accepted, if the client gave one.
    package var userName: String?

    /// The common name of the client's certificate.
    package var commonName: String?

    /// The organizational unit of the client's certificate.
    package var organizationalUnit: String?

    /// The name of the access point the client came in by.
    package var accessPoint: String

    /// The server name that the client asked for.
    package var serverName: String?

    /// What tells the server certificates apart that clients were shown; nil where that is not known. The broker only keeps
    /// it.
    package var serverMark: UInt64?

    /// The version of TLS that it speaks; nil without TLS.
    package var tlsVersion: String?

    /// What the client proved itself with, if it was a certificate; `Broker.disconnect` finds its sessions by it.
    package var credential: Credential?

    /// Who issued the credential.
    package var issuer: Credential?

    /// What the credential rests on, for whoever let the client in and asks about it later; the broker only keeps it.
    package var proof: (any Sendable)?

    /// Asked once, on the event loop of the client's session, before CONNECT is accepted: why the client may no longer come
    /// in, nil if it may.
    ///
    /// Sessions are found by `Broker.disconnect` from the same moment on, so that a client whose rights end between
    /// admission and here is caught by one or the other. Must not block.
    package var recheck: (@Sendable () -> ReasonCode?)?

    /// Describes an admitted client.
    package init(
        clientID: ClientID,
        clientIDWasAssigned: Bool = false,
        userName: String? = nil,
        commonName: String? = nil,
        organizationalUnit: String? = nil,
        accessPoint: String,
        serverName: String? = nil,
        serverMark: UInt64? = nil,
        tlsVersion: String? = nil,
        credential: Credential? = nil,
        issuer: Credential? = nil,
        proof: (any Sendable)? = nil,
        recheck: (@Sendable () -> ReasonCode?)? = nil
    ) {
        self.clientID = clientID
        self.clientIDWasAssigned = clientIDWasAssigned
        self.userName = userName
        self.commonName = commonName
        self.organizationalUnit = organizationalUnit
        self.accessPoint = accessPoint
        self.serverName = serverName
        self.serverMark = serverMark
        self.tlsVersion = tlsVersion
        self.credential = credential
        self.issuer = issuer
        self.proof = proof
        self.recheck = recheck
    }
}
