import MQTTCodec
import Registry

/// A client whose identity is settled; which client id it gets is not.
struct IdentifiedClient: ~Copyable {
    let identity: DeviceIdentity
    let request: ConnectRequest

    init(identity: DeviceIdentity, request: consuming ConnectRequest) {
        self.identity = identity
        self.request = request
    }

    /// Settles the client id, which ends admission.
    consuming func named(by accessPoint: AccessPoint) throws(Refusal) -> AdmittedClient {
        let packet = request.packet
        // A client that showed no certificate has none that its id could be measured by.
        let rule = identity.certificate == nil ? .fill : accessPoint.clientIDPolicy
        let outcome = rule.outcome(
            connect: ClientIdentifier(packet.clientIdentifier.string),
            registered: nil,
            commonName: identity.certificate?.commonName.flatMap { ClientIdentifier($0) }
        )
        switch outcome {
        case .identified(let clientID, let isAssigned):
            return AdmittedClient(
                stream: request.secured.stream,
                connect: packet,
                clientID: clientID,
                isClientIDAssigned: isAssigned,
                identity: identity,
                accessPoint: accessPoint.name,
                serverName: request.secured.serverName,
                tlsVersion: request.secured.tlsVersion
            )
        case .missing:
            // [MQTT-3.1.3-8]
            throw .clientIdentifierMissing
        case .mismatch(let sent, let expected):
            throw .clientIdentifierMismatch(found: sent.text, needed: expected.text)
        }
    }
}
