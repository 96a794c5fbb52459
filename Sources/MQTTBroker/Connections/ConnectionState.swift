import MQTTCodec
import Reactors

/// The changing part of a connection, behind a pointer like all hot state.
struct ConnectionState {
    /// Why a connection is not read, though it has something to say.
    struct Holds: OptionSet {
        let rawValue: UInt8

        /// A link to another shard is full of what it published.
        static let crossShard = Holds(rawValue: 1)
        /// It does not read its acknowledgements.
        static let ownQueue = Holds(rawValue: 2)
        /// It has had its share of this turn.
        static let nextTurn = Holds(rawValue: 4)
        /// The store comes first: its CONNACK waits, or too much of what it published does.
        static let storage = Holds(rawValue: 8)
        /// It has sent more than its share.
        static let rate = Holds(rawValue: 32)
    }

    var decoder: PacketDecoder
    var version: ProtocolVersion
    /// One and a half times the keep-alive, in nanoseconds; 0 for none. [MQTT-3.1.2-22]
    var patience: UInt64
    var aliases = InboundAliases()
    var holds: Holds = []
    /// Whether the packet in hand had retained messages looked up, which may have cost much.
    var hasSearchedRetained = false
    /// Nil once the connection has ended.
    var session: UnsafeMutablePointer<Session>?
    /// Bytes of the largest packet that the client takes.
    var maximumPacketSize: Int
    /// Whether the client wants reason strings and user properties: its Request Problem Information.
    /// MQTT 5.0 § 3.1.2.11.7
    var wantsReasons: Bool
    /// What it has used of the rates.
    var use = ClientUse()
    /// When it is read again.
    var rateTimer = TimerToken.none
    /// PUBLISH packets received.
    var receivedMessages: UInt64 = 0
    /// Bytes received after CONNECT.
    var receivedBytes: UInt64 = 0
}
