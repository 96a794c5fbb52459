import MQTTCodec
import OpenSSL
import Reactors
import Registry
import Synchronization
import TLSGateway

/// A backend that accepts every client and sends all its bytes back; it remembers whom it was given.
final class EchoBackend: Backend {
    /// What a test asks about an admitted client.
    struct Guest: Sendable {
        let clientID: String
        let isClientIDAssigned: Bool
        let identity: DeviceIdentity
        let connect: ConnectPacket
        let accessPoint: String
        let serverName: String?
        let tlsVersion: TLSVersion?
        let recheck: AdmissionRecheck
    }

    private let admitted = Mutex<[Guest]>([])

    /// Everybody admitted so far, in order.
    var guests: [Guest] { admitted.withLock { $0 } }

    func serve(_ client: consuming AdmittedClient) {
        let guest = Guest(
            clientID: client.clientID.text,
            isClientIDAssigned: client.isClientIDAssigned,
            identity: client.identity,
            connect: client.connect,
            accessPoint: client.accessPoint,
            serverName: client.serverName?.text,
            tlsVersion: client.tlsVersion,
            recheck: client.recheck
        )
        admitted.withLock { $0.append(guest) }
        let stream = client.stream
        stream.handler = Echo()
        // Invariant: a bare success has a form in every version.
        let connack = try? ConnackPacket(reasonCode: .success).encoded(for: client.connect.version, from: .server)
        stream.write(connack ?? [])
    }

    private final class Echo: StreamHandler {
        func streamOpened(_ stream: Stream) {}

        func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
            stream.write(bytes)
            return bytes.count
        }

        func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {}
    }
}
