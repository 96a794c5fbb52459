import MQTTCodec

/// A client that has said who it wants to be; nobody has believed it yet.
struct ConnectRequest: ~Copyable {
    /// The CONNECT as it was sent.
    let packet: ConnectPacket
    /// The connection it came by.
    let secured: SecuredConnection
}
