package import MQTTCodec
package import Reactors

/// Who is told when clients come and go.
///
/// Called on the event loop that the client's session lives on, in the order in which things happened to that client; must
/// not block. One call per connection and one per end: nothing of it on the way of messages.
package protocol BrokerObserver: AnyObject, Sendable {
    /// A client's CONNECT was accepted.
    func clientConnected(_ client: ConnectedClient)

    /// A client id connects so often that it was refused: a client that comes and goes, or two that share the id. Told once
    /// a minute for each id.
    func clientConnectsTooOften(_ client: ClientProfile, from peer: SocketAddress)

    /// The connection of a client that had been accepted is over.
    func clientDisconnected(_ client: ConnectedClient, because cause: DisconnectCause, after traffic: ConnectionTraffic)
}

extension BrokerObserver {
    package func clientConnectsTooOften(_ client: ClientProfile, from peer: SocketAddress) {}
}

/// A client whose CONNECT was accepted, and how it came.
package struct ConnectedClient: Sendable {
    /// Who it is.
    package let profile: ClientProfile
    /// Where it connected from.
    package let peer: SocketAddress
    /// The protocol it speaks.
    package let version: ProtocolVersion
    /// Whether it asked for a new session.
    package let cleanStart: Bool
    /// The keep-alive granted, in seconds; 0 for none.
    package let keepAlive: UInt16
    /// Whether its session was there before.
    package let sessionPresent: Bool
    /// When its CONNECT was accepted.
    package let connectedAt: MonotonicTime
}

/// Why a connection is over.
package enum DisconnectCause: Hashable, Sendable {
    /// The client said goodbye, with this reason (before 5.0 always 0x00).
    case byClient(ReasonCode)
    /// The connection broke, or the client closed it without a word.
    case connectionLost
    /// The broker ended it for this reason, whether or not the client's version could be told.
    case byBroker(ReasonCode)
}
