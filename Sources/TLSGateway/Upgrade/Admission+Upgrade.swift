import Reactors
import WebSocket

/// The stage between the handshake and the CONNECT on listeners of WebSockets.
extension Admission {
    /// The stage that follows a handshake: the CONNECT, or the WebSocket that it will come through.
    func stage(after secured: consuming SecuredConnection) -> Stage {
        guard entrance.endpoint.protocol.usesWebSocket else { return connectStage(secured) }
        return .upgrade(UpgradeReader(secured))
    }

    /// Answers the request by a WebSocket, or waits for the rest of it.
    ///
    /// - Returns: How many of the bytes it has consumed.
    func upgrade(
        _ reader: consuming UpgradeReader,
        of stream: Stream,
        with bytes: UnsafeRawBufferPointer
    ) throws(Refusal) -> Int {
        switch try reader.read(bytes, by: entrance.endpoint.webSocket) {
        case .incomplete(let reader):
            stage = .upgrade(reader)
            return 0
        case .complete(let request, let secured):
            let answer = UpgradeResponse.accepting(request)
            stream.write(answer)
            webSocket(of: stream)?.beginFrames(behind: answer.count)
            stage = connectStage(secured)
            return bytes.count
        }
    }

    /// Tells a client of a WebSocket why it is refused: by an HTTP answer, or by the code of the Close frame.
    func explain(_ refusal: Refusal, to stream: Stream) {
        guard let webSocket = webSocket(of: stream) else { return }
        if webSocket.hasBegun {
            webSocket.closeCode = refusal.closeCode
        } else if let answer = refusal.upgradeAnswer {
            stream.write(answer)
        }
    }

    private func connectStage(_ secured: consuming SecuredConnection) -> Stage {
        .connect(ConnectReader(secured, maximumBytes: entrance.services.settings.maxConnectBytes))
    }

    private func webSocket(of stream: Stream) -> WebSocketTransport? {
        entrance.endpoint.protocol.usesWebSocket ? stream.transport as? WebSocketTransport : nil
    }
}
