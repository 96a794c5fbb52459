import MQTTCodec

/// Reads exactly one CONNECT from what a secured connection sends first.
///
/// Bounded in size here, in time by the admission's deadline. What follows the CONNECT stays in the stream for the
/// backend.
struct ConnectReader: ~Copyable {
    private let secured: SecuredConnection
    private var decoder: PacketDecoder

    init(_ secured: consuming SecuredConnection, maximumBytes: Int) {
        self.secured = secured
        decoder = PacketDecoder(maximumPacketSize: maximumBytes)
    }

    /// What the bytes so far amount to.
    enum Progress: ~Copyable {
        /// Part of a CONNECT.
        case incomplete(ConnectReader)
        /// A whole one, of so many bytes.
        case complete(ConnectRequest, size: Int)
    }

    /// Looks at everything received so far, from the first byte.
    ///
    /// - Parameter answer: set to the form in which a refusal is to be told, as soon as the CONNECT has said it.
    consuming func read(
        _ bytes: UnsafeRawBufferPointer,
        answer: inout ProtocolVersion?
    ) throws(Refusal) -> Progress {
        do throws(CodecError) {
            switch try decoder.next(in: bytes) {
            case .packet(.connect(let packet), let size):
                answer = packet.version
                return .complete(ConnectRequest(packet: packet, secured: secured), size: size)
            case .needMore: return .incomplete(self)
            // Invariant: the decoder of a client's first packet gives a CONNECT or throws. [MQTT-3.1.0-1]
            case .packet, .publish: throw .connectExpected(found: .publish)
            }
        } catch {
            answer = decoder.version ?? error.refusalVersion
            throw Self.refusal(for: error)
        }
    }

    private static func refusal(for error: CodecError) -> Refusal {
        switch error {
        case .connectExpected(let found): .connectMissing(found: found)
        case .wrongDirection(let found, _): .connectMissing(found: found)
        case .packetTooLarge(let size, let limit): .connectTooLarge(bytes: size, allowed: limit)
        case .unsupportedProtocolLevel(let level): .protocolVersionUnknown(level: level)
        default: .connectMalformed(error)
        }
    }
}
