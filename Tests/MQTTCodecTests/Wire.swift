import MQTTCodec
import TestDevice
import Testing

/// Bytes written as hex digits and quoted ASCII.
func wire(_ text: String) -> [UInt8] { [UInt8](wire: text) }

/// What a decoder found, with all that a PUBLISH view shows copied.
enum Found: Hashable {
    case publish(PublishPacket)
    case packet(Packet)

    var encodable: any EncodablePacket {
        switch self {
        case .publish(let packet): packet
        case .packet(let packet): packet
        }
    }
}

/// One side of a connection in one version, as a table's row names it.
struct Side: Hashable, Sendable {
    let version: ProtocolVersion?
    let origin: PacketOrigin

    /// A client before its CONNECT.
    static let newClient = Side(version: nil, origin: .client)

    static func client(_ version: ProtocolVersion) -> Side { Side(version: version, origin: .client) }
    static func server(_ version: ProtocolVersion) -> Side { Side(version: version, origin: .server) }

    func decoder(maximumPacketSize: Int = VariableByteInteger.maximum, topicAliasMaximum: UInt16 = 10) -> PacketDecoder
    {
        guard let version else { return PacketDecoder(maximumPacketSize: maximumPacketSize) }
        return PacketDecoder(
            origin: origin,
            version: version,
            maximumPacketSize: maximumPacketSize,
            topicAliasMaximum: topicAliasMaximum
        )
    }
}

/// Decodes all packets in `bytes`; the rest must be none.
func decodeAll(_ bytes: [UInt8], _ decoder: inout PacketDecoder) throws(CodecError) -> [Found] {
    var all: [Found] = []
    var offset = 0
    while offset < bytes.count {
        guard let (found, size) = try decodeFirst(Array(bytes[offset...]), &decoder) else {
            Issue.record("the bytes end inside a packet")
            return all
        }
        all.append(found)
        offset += size
    }
    return all
}

/// Decodes the packet at the start of `bytes`; nil where more is needed.
func decodeFirst(_ bytes: [UInt8], _ decoder: inout PacketDecoder) throws(CodecError) -> (Found, Int)? {
    var failure: CodecError?
    let result = bytes.withUnsafeBytes { buffer -> (Found, Int)? in
        do throws(CodecError) {
            switch try decoder.next(in: buffer) {
            case .needMore(let count):
                precondition(count > 0)
                return nil
            case .publish(let view): return (.publish(PublishPacket(view, in: buffer)), view.packetSize)
            case .packet(let packet, let size): return (.packet(packet), size)
            }
        } catch {
            failure = error
            return nil
        }
    }
    if let failure { throw failure }
    return result
}

/// A packet that is right, and its bytes.
struct ValidRow: Sendable, CustomStringConvertible {
    let reason: String
    let side: Side
    let bytes: [UInt8]
    let packet: any EncodablePacket
    /// Whether the encoder writes these very bytes; false where the standard has a shorter form too.
    let isCanonical: Bool

    init(_ reason: String, _ side: Side, _ text: String, _ packet: any EncodablePacket, isCanonical: Bool = true) {
        self.reason = reason
        self.side = side
        self.bytes = wire(text)
        self.packet = packet
        self.isCanonical = isCanonical
    }

    var description: String { reason }

    var expected: Found {
        switch packet {
        case let packet as PublishPacket: .publish(packet)
        case let packet as ConnectPacket: .packet(.connect(packet))
        case let packet as ConnackPacket: .packet(.connack(packet))
        case let packet as AcknowledgementPacket: .packet(.acknowledgement(packet))
        case let packet as SubscribePacket: .packet(.subscribe(packet))
        case let packet as SubackPacket: .packet(.suback(packet))
        case let packet as UnsubscribePacket: .packet(.unsubscribe(packet))
        case let packet as UnsubackPacket: .packet(.unsuback(packet))
        case let packet as PingPacket: .packet(.ping(packet))
        case let packet as DisconnectPacket: .packet(.disconnect(packet))
        case let packet as AuthPacket: .packet(.auth(packet))
        default: preconditionFailure("a packet without a case: \(packet)")
        }
    }

    func decoded() throws(CodecError) -> [Found] {
        var decoder = side.decoder()
        return try decodeAll(bytes, &decoder)
    }

    func encoded() throws(CodecError) -> [UInt8] {
        try packet.encoded(for: side.version ?? (packet as? ConnectPacket)?.version ?? .v5, from: side.origin)
    }
}

/// Bytes that are wrong, and how.
struct MalformedRow: Sendable, CustomStringConvertible {
    let reason: String
    let side: Side
    let bytes: [UInt8]
    let error: CodecError
    let code: ReasonCode

    init(_ reason: String, _ side: Side, _ text: String, _ error: CodecError, _ code: ReasonCode = .malformedPacket) {
        self.reason = reason
        self.side = side
        self.bytes = wire(text)
        self.error = error
        self.code = code
    }

    var description: String { reason }

    /// The error that decoding throws; nil if it throws none.
    func thrown() -> CodecError? {
        var decoder = side.decoder()
        do throws(CodecError) {
            _ = try decodeFirst(bytes, &decoder)
            return nil
        } catch {
            return error
        }
    }
}
