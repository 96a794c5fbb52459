import MQTTCodec
import Reactors

/// The way of a connection from accept to its backend; "The life of a connection" has the same numbers.
///
/// A stage is a type that only the stage before can make, so that none can be skipped. A ``Refusal`` leaves the way at
/// any step.
final class Admission: StreamHandler {
    enum Stage: ~Copyable {
        case handshake(Handshake)
        case connect(ConnectReader)
        case over
    }

    private var stage = Stage.over
    let entrance: Entrance
    let record: ConnectionRecord
    /// The form of MQTT in which a refusal can be told, once a CONNECT has said it.
    var answer: ProtocolVersion?

    private init(_ entrance: Entrance, _ record: ConnectionRecord) {
        self.entrance = entrance
        self.record = record
    }

    static func begin(_ socket: consuming AcceptedSocket, on reactor: Reactor, at entrance: Entrance) {
        entrance.counters.accepted()
        let peer = socket.peer
        do throws(Refusal) {
            // 1. Accept: allow list and limits, before any cryptography.  2. One snapshot of the cluster.
            let accepted = try AcceptedConnection(socket, at: entrance, now: reactor.now)
            let admission = Admission(entrance, accepted.record)
            // 3. ClientHello → 4. server name → 5. context → 6. handshake, chain: OpenSSL asks the ServerNameRouter.
            let handshake = try Handshake(accepted, at: entrance, on: reactor, handler: admission)
            handshake.stream.start()
            admission.stage = .handshake(handshake)
        } catch {
            ConnectionRecord.refusedAtAccept(error, peer: peer, by: entrance)
        }
    }

    func streamOpened(_ stream: Stream) {
        guard case .handshake(let handshake) = takeStage() else { return }
        let limits = entrance.services.settings
        let secured = handshake.finish(record, connectTimeout: limits.connectTimeout)
        stage = .connect(ConnectReader(secured, maximumBytes: limits.maxConnectBytes))
    }

    func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
        guard case .connect(let reader) = takeStage() else { return 0 }
        do throws(Refusal) {
            // 7. Exactly one CONNECT, bounded in size and time.
            switch try reader.read(bytes, answer: &answer) {
            case .incomplete(let reader):
                stage = .connect(reader)
                return 0
            case .complete(let request, let size):
                // 8. Who is it? A certificate is looked at again, resumed or not.
                let identified = try DeviceAuthenticator.identify(request, by: entrance.services)
                // 9. Which client id?
                let client = try identified.named(by: entrance.accessPoint)
                // 10. Hand over.
                record.admitted(client)
                stream.deadline = nil
                entrance.services.backend.serve(client)
                return size
            }
        } catch {
            // ✗ Refuse.
            refuse(stream, error)
            return bytes.count
        }
    }

    /// The present stage, which whoever asks must replace or leave over.
    func takeStage() -> Stage {
        var taken = Stage.over
        swap(&taken, &stage)
        return taken
    }
}
