import Registry

/// An identity that has been proved, and what it says of the client id.
struct ProvedIdentity: Sendable {
    let identity: DeviceIdentity
    /// The client id that the record of the certificate or of the user, or the token, names.
    var clientID: ClientIdentifier?
    /// How the client can be asked again whether it may still come in.
    var standing: Standing
    /// Whether the certificate was registered at this connection.
    var isNewlyRegistered = false
    /// What the certificate's record, which came from a list, does not know yet.
    var unrecorded: DeviceRegistration?
}

/// What has to be answered before a client is believed, and takes longer than a look into memory.
enum IdentityQuestion: Sendable {
    /// Is this the user's password? Without a record there is no such user, which must take as long to find out.
    case password([UInt8], of: UserRecord?)
    /// May this certificate, which is in no registry yet, be registered?
    case registration(DeviceRegistration, Standing.Certificate, DeviceCertificate)
}
