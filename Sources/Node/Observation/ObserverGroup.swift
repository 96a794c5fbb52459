import MQTTBroker
import Reactors

/// Tells several what the broker tells one.
final class ObserverGroup: BrokerObserver {
    private let members: [any BrokerObserver]

    init(_ members: [any BrokerObserver]) {
        self.members = members
    }

    func clientConnected(_ client: ConnectedClient) {
        for member in members { member.clientConnected(client) }
    }

    func clientConnectsTooOften(_ client: ClientProfile, from peer: SocketAddress) {
        for member in members { member.clientConnectsTooOften(client, from: peer) }
    }

    func clientDisconnected(_ client: ConnectedClient, because cause: DisconnectCause, after traffic: ConnectionTraffic)
    {
        for member in members { member.clientDisconnected(client, because: cause, after: traffic) }
    }
}
