package import MQTTCodec
package import Reactors

/// An MQTT broker over a group of reactors: one shard per reactor, a client's session always on the same one.
package final class Broker: Sendable {
    /// Makes a broker whose shards run on `reactors`; nothing is served before the first `attach`.
    package init(configuration: BrokerConfiguration, reactors: ReactorGroup) {}

    /// Serves an admitted client: moves its stream to the home shard of its id, answers its CONNECT, and goes on.
    ///
    /// Called on the stream's reactor. The broker owns the stream from here on.
    package func attach(_ stream: Stream, connect: ConnectPacket, client: ClientProfile) {}

    /// Ends the connection of a client, if it has one; its session is kept as after any other loss of connection.
    ///
    /// Callable from any thread; does not block. MQTT 5 clients are told `reason` by DISCONNECT.
    package func disconnect(clientID: ClientID, reason: ReasonCode) {}

    /// What the broker has done and holds. Callable from any thread.
    package var statistics: BrokerStatistics { BrokerStatistics() }

    /// Ends every connection with `reason` (5.0) and returns when all have been closed or have run out of time.
    package func drain(reason: ReasonCode = .serverShuttingDown) async {}
}
