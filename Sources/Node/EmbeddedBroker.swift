import MQTTBroker
import MQTTCodec
import Registry
import TLSGateway

/// The built-in broker as the gateway's backend: what the gateway proved is told to the broker in its own words.
final class EmbeddedBroker: Backend {
    let broker: Broker

    init(_ broker: Broker) {
        self.broker = broker
    }

    func serve(_ client: consuming AdmittedClient) {
        let certificate = client.identity.certificate
        let profile = ClientProfile(
            clientID: ClientID(client.clientID.text),
            clientIDWasAssigned: client.isClientIDAssigned,
            userName: client.connect.userName?.string,
            commonName: certificate?.commonName,
            organizationalUnit: certificate?.organizationalUnit,
            accessPoint: client.accessPoint
        )
        broker.attach(client.stream, connect: client.connect, client: profile)
    }
}
