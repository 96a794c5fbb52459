import MQTTCodec
import TestDevice

/// Bytes that no client of a version may send behind its CONNECT, and how the broker answers them.
struct BadPacket: Sendable, CustomStringConvertible {
    let reason: String
    let version: ProtocolVersion
    let bytes: [UInt8]
    /// The code of DISCONNECT before the end; nil where a version before 5.0 only sees the end.
    let code: ReasonCode?

    init(_ reason: String, _ version: ProtocolVersion, _ bytes: [UInt8], _ code: ReasonCode?) {
        self.reason = reason
        self.version = version
        self.bytes = bytes
        self.code = version.hasProperties ? code : nil
    }

    var description: String { "\(version): \(reason)" }
}

extension BadPacket {
    /// A row for 5.0.
    static func v5(_ reason: String, _ text: String, _ code: ReasonCode = .malformedPacket) -> [BadPacket] {
        [BadPacket(reason, .v5, [UInt8](wire: text), code)]
    }

    /// A row for 3.1.1.
    static func v3_1_1(_ reason: String, _ text: String) -> [BadPacket] {
        [BadPacket(reason, .v3_1_1, [UInt8](wire: text), nil)]
    }

    /// A row for 3.1 and one for 3.1.1, whose packets mostly look the same.
    static func before5(_ reason: String, _ text: String) -> [BadPacket] {
        [ProtocolVersion.v3_1, .v3_1_1].map { BadPacket(reason, $0, [UInt8](wire: text), nil) }
    }

    /// Rows for 3.1.1 and 5.0, where 3.1 does not forbid it.
    static func since3_1_1(_ reason: String, _ text: String, _ code: ReasonCode = .malformedPacket) -> [BadPacket] {
        v3_1_1(reason, text) + v5(reason, text, code)
    }

    /// A row for each version, of the same bytes.
    static func every(_ reason: String, _ text: String, _ code: ReasonCode = .malformedPacket) -> [BadPacket] {
        before5(reason, text) + v5(reason, text, code)
    }
}
