import MQTTCodec
import Reactors

/// The way of a connection from accept to its backend; "The life of a connection" has the same numbers.
///
/// A stage is a type that only the stage before can make, so that none can be skipped. A ``Refusal`` leaves the way at
/// any step.
final class Admission: StreamHandler {
    enum Stage: ~Copyable {
        case handshake(Handshake)
        case upgrade(UpgradeReader)
        case connect(ConnectReader)
        case over
    }

    var stage = Stage.over
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
            ConnectionRecord.refusedAtAccept(error, peer: peer, by: entrance, now: reactor.now)
        }
    }

    func streamOpened(_ stream: Stream) {
        guard case .handshake(let handshake) = takeStage() else { return }
        stage = stage(after: handshake.finish(record, connectTimeout: entrance.services.settings.connectTimeout))
    }

    func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
        do throws(Refusal) {
            // 7. Exactly one CONNECT, bounded in size and time; on some listeners through a WebSocket, which comes first.
            switch takeStage() {
            case .upgrade(let reader): return try upgrade(reader, of: stream, with: bytes)
            case .connect(let reader): return try connect(reader, with: bytes)
            case .handshake: return 0
            case .over: return 0
            }
        } catch {
            // ✗ Refuse.
            refuse(stream, error)
            return bytes.count
        }
    }

    private func connect(_ reader: consuming ConnectReader, with bytes: UnsafeRawBufferPointer) throws(Refusal) -> Int {
        switch try reader.read(bytes, answer: &answer) {
        case .incomplete(let reader):
            stage = .connect(reader)
            return 0
        case .complete(let request, let size):
            record.requested(request.packet)
            // 8. Who is it? A certificate is looked at again, resumed or not, and its record with it.
            switch try DeviceAuthenticator.judge(request, by: entrance.services) {
            case .proved(let identity): try admit(request, as: identity)
            // 9. What takes time, a registration or a password, is found out elsewhere; then on with `admit`.
            case .asks(let question): try Authentication.begin(question, about: request, for: self)
            }
            return size
        }
    }

    func admit(_ request: consuming ConnectRequest, as proved: ProvedIdentity) throws(Refusal) {
        // 10. Which client id?
        let client = try IdentifiedClient(proved, request: request).named(at: entrance)
        // 11. Hand over.
        record.admitted(client, isNewlyRegistered: proved.isNewlyRegistered)
        entrance.services.desk.learn(proved.unrecorded, at: entrance.services.date())
        client.stream.deadline = nil
        entrance.services.backend.serve(client)
    }
}
