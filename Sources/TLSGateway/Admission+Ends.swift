import MQTTCodec
import Reactors

/// Every other end than handing over.
extension Admission {
    /// Refuses: tells a client that can be told, then closes.
    func refuse(_ stream: Stream, _ refusal: Refusal) {
        record.protocolVersion = answer
        record.refused(refusal)
        if let answer, let connack = refusal.connack(for: answer) { stream.write(connack) }
        stream.close()
    }

    func streamDeadlinePassed(_ stream: Stream) {
        let settings = entrance.services.settings
        switch takeStage() {
        case .handshake: refuse(stream, .handshakeTimedOut(after: settings.handshakeTimeout))
        case .connect: refuse(stream, .connectTimedOut(after: settings.connectTimeout))
        case .over: break
        }
    }

    func streamEnded(_ stream: Stream) {
        // Only an open stream ends so, and its CONNECT can never be completed any more.
        if case .connect = takeStage() { refuse(stream, .connectAbandoned) }
    }

    func streamShouldEnd(_ stream: Stream) {
        switch takeStage() {
        case .handshake: refuse(stream, .shuttingDown)
        case .connect: refuse(stream, .shuttingDown)
        case .over: break
        }
    }

    func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {
        switch takeStage() {
        case .handshake(let handshake): record.refused(handshake.failed(because: reason, at: entrance, record))
        case .connect: record.refused(.connectAbandoned)
        case .over: break
        }
    }
}
