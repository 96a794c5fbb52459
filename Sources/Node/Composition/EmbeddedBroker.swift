import Foundation
import MQTTBroker
import MQTTCodec
import OpenSSL
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
        let recheck = client.recheck
        let profile = ClientProfile(
            clientID: ClientID(client.clientID.text),
            clientIDWasAssigned: client.isClientIDAssigned,
            // A name that nobody proved is none.
            userName: client.identity.userName,
            commonName: certificate?.commonName,
            organizationalUnit: certificate?.organizationalUnit,
            accessPoint: client.accessPoint,
            serverName: client.serverName?.text,
            serverMark: client.serverCertificate?.mark,
            tlsVersion: client.tlsVersion?.description,
            credential: client.identity.credential(recheck.token),
            issuer: certificate.flatMap { .certificate($0.authority) },
            proof: recheck.chain.map { $0 as any Sendable } ?? recheck.token,
            recheck: {
                guard let refusal = recheck.refusal(at: Date()) else { return nil }
                return refusal.reason.row.connack ?? .notAuthorized
            }
        )
        broker.attach(client.stream, connect: client.connect, client: profile)
    }
}
