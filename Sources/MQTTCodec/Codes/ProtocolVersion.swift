/// A version of MQTT that this codec reads and writes.
@usableFromInline
package enum ProtocolVersion: UInt8, Sendable, Hashable, Comparable, CaseIterable, CustomStringConvertible {
    /// MQTT 3.1, protocol name `MQIsdp`.
    case v3_1 = 3
    /// MQTT 3.1.1, OASIS standard of October 2014.
    case v3_1_1 = 4
    /// MQTT 5.0, OASIS standard of March 2019.
    case v5 = 5

    /// The protocol name a CONNECT of this version carries. [MQTT-3.1.2-1]
    package var protocolName: StaticString {
        switch self {
        case .v3_1: "MQIsdp"
        case .v3_1_1, .v5: "MQTT"
        }
    }

    /// Whether packets of this version carry properties and reason codes.
    @inlinable package var hasProperties: Bool { self == .v5 }

    @usableFromInline package var description: String {
        switch self {
        case .v3_1: "3.1"
        case .v3_1_1: "3.1.1"
        case .v5: "5.0"
        }
    }

    @inlinable package static func < (left: ProtocolVersion, right: ProtocolVersion) -> Bool {
        left.rawValue < right.rawValue
    }
}
