package import Registry

/// A client that was let in.
package struct AdmissionReport: Hashable, Sendable {
    /// How it came.
    package let connection: ConnectionFacts
    /// Who it proved to be.
    package let identity: DeviceIdentity
    /// The client id it got.
    package let clientID: ClientIdentifier
    /// Whether its certificate was registered at this connection.
    package let isNewlyRegistered: Bool
}
