import MQTTCodec
import Reactors
import WebSocket

/// Every other end than handing over.
extension Admission {
    /// The present stage, which whoever asks must replace or leave over.
    func takeStage() -> Stage {
        var taken = Stage.over
        swap(&taken, &stage)
        return taken
    }

    /// Refuses: tells a client that can be told, then closes.
    func refuse(_ stream: Stream, _ refusal: Refusal) {
        record.protocolVersion = answer
        record.refused(refusal)
        explain(refusal, to: stream)
        if let answer, let connack = refusal.connack(for: answer) { stream.write(connack) }
        stream.close()
    }

    func streamDeadlinePassed(_ stream: Stream) {
        let settings = entrance.services.settings
        switch takeStage() {
        case .handshake: refuse(stream, .handshakeTimedOut(after: settings.handshakeTimeout))
        case .upgrade: refuse(stream, .upgradeTimedOut(after: settings.connectTimeout))
        case .connect: refuse(stream, .connectTimedOut(after: settings.connectTimeout))
        case .over: break
        }
    }

    func streamEnded(_ stream: Stream) {
        // Only an open stream ends so, and its CONNECT can never be completed any more.
        switch takeStage() {
        case .upgrade: refuse(stream, .upgradeAbandoned)
        case .connect: refuse(stream, .connectAbandoned)
        case .handshake: break
        case .over: break
        }
    }

    func streamShouldEnd(_ stream: Stream) {
        switch takeStage() {
        case .handshake: refuse(stream, .shuttingDown)
        case .upgrade: refuse(stream, .shuttingDown)
        case .connect: refuse(stream, .shuttingDown)
        case .over: break
        }
    }

    /// Its CONNECT can come no more: the client left, or broke the framing around it.
    private static func refusal(forLossOfConnectBy reason: StreamCloseReason) -> Refusal {
        if case .transportFailed(let violation as FrameViolation) = reason { return .framesMalformed(violation) }
        return .connectAbandoned
    }

    func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {
        switch takeStage() {
        case .handshake(let handshake): record.refused(handshake.failed(because: reason, at: entrance, record))
        case .upgrade: record.refused(.upgradeAbandoned)
        case .connect: record.refused(Self.refusal(forLossOfConnectBy: reason))
        case .over: break
        }
    }
}
