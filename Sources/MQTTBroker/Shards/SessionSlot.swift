import Reactors

/// What a delivery needs of a session, in half a cache line: found by number, without counting references.
struct SessionSlot: BitwiseCopyable {
    /// How a connection wants its packets.
    struct Form: OptionSet, BitwiseCopyable {
        let rawValue: UInt8

        /// There is a connection.
        static let connected = Form(rawValue: 1)
        /// It speaks MQTT 5.
        static let version5 = Form(rawValue: 2)
        /// It takes topic aliases, so that its packets are like nobody else's.
        static let aliases = Form(rawValue: 4)
        /// Its queue still holds QoS 0 messages from the time it was away, which later ones must not overtake.
        static let lagging = Form(rawValue: 8)
    }

    /// That of the session; 0 in a slot without one.
    var generation: UInt32
    var form: Form = []
    /// Whether the session outlives its connection, and there is a store to keep it.
    var isKept = false
    /// The largest packet the client takes. [MQTT-3.1.2-24]
    var maximumPacketSize = UInt32.max
    /// PUBLISH packets written to the present connection; wraps, see `countSent`.
    var sentMessages: UInt32 = 0
    /// The connection's stream, kept alive by `session.connection`.
    var stream: Unmanaged<Stream>?
    let session: UnsafeMutablePointer<Session>

    /// Whether packets for it are the same as for others of its version, and QoS 0 ones go out at once.
    @inline(__always)
    var isPlain: Bool { form.intersection([.connected, .aliases, .lagging]) == .connected }

    @inline(__always)
    var isVersion5: Bool { form.contains(.version5) }
}
