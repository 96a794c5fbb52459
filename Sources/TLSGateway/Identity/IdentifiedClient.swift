import MQTTCodec
import Registry

/// A client whose identity is settled; which client id it gets is not.
struct IdentifiedClient: ~Copyable {
    let proved: ProvedIdentity
    let request: ConnectRequest

    init(_ proved: ProvedIdentity, request: consuming ConnectRequest) {
        self.proved = proved
        self.request = request
    }

    /// Settles the client id, which ends admission.
    consuming func named(at entrance: Entrance) throws(Refusal) -> AdmittedClient {
        let packet = request.packet
        let outcome = rule(at: entrance.accessPoint).outcome(
            connect: ClientIdentifier(packet.clientIdentifier.string),
            registered: proved.clientID,
            commonName: proved.identity.certificate?.commonName.flatMap { ClientIdentifier($0) }
        )
        switch outcome {
        case .identified(let clientID, let isAssigned):
            return AdmittedClient(
                stream: request.secured.stream,
                connect: packet,
                clientID: clientID,
                isClientIDAssigned: isAssigned,
                identity: proved.identity,
                accessPoint: entrance.accessPoint.name,
                serverName: request.secured.serverName,
                serverCertificate: request.secured.serverCertificate,
                tlsVersion: request.secured.tlsVersion,
                recheck: AdmissionRecheck(proved.standing, services: entrance.services)
            )
        case .missing:
            // An identifier is given by a certificate, a record or a token, and by nobody else. [MQTT-3.1.3-6]
            // [MQTT-3.1.3-8]
            throw .clientIdentifierMissing
        case .mismatch(let sent, let expected):
            throw .clientIdentifierMismatch(found: sent.text, needed: expected.text)
        }
    }

    /// The access point's policy measures a client id by a certificate. A token that names a client id means that one
    /// alone; who showed neither has nothing to be measured by.
    private func rule(at accessPoint: AccessPoint) -> ClientIdentifierRule {
        switch proved.identity {
        case .certificate: accessPoint.clientIDPolicy
        case .token where proved.clientID != nil: accessPoint.clientIDPolicy == .override ? .override : .requireMatch
        case .anonymous, .user, .token: .fill
        }
    }
}
