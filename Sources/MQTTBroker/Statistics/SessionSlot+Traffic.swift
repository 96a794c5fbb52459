import Reactors

/// What went over one connection after its CONNECT.
package struct ConnectionTraffic: Hashable, Sendable {
    /// PUBLISH packets from the client.
    package var receivedMessages: UInt64 = 0
    /// Bytes of all its packets.
    package var receivedBytes: UInt64 = 0
    /// PUBLISH packets to the client.
    package var sentMessages: UInt64 = 0
    /// Bytes of all packets to it, CONNACK included.
    package var sentBytes: UInt64 = 0
}

extension UnsafeMutablePointer<SessionSlot> {
    /// Counts a PUBLISH that was written: 32 bits in the slot, which is at hand, and their wraps in the session.
    @inline(__always)
    func countSent() {
        pointee.sentMessages &+= 1
        if pointee.sentMessages == 0 { pointee.session.pointee.sentMessageWraps += 1 }
    }

    /// PUBLISH packets written to the present connection.
    var sentMessages: UInt64 { pointee.session.pointee.sentMessageWraps << 32 | UInt64(pointee.sentMessages) }

    /// A connection has taken the session up.
    func beginConnection(at now: MonotonicTime) {
        pointee.sentMessages = 0
        pointee.session.pointee.sentMessageWraps = 0
        pointee.session.pointee.stateSince = now
    }
}

extension ClientConnection {
    /// What went over it so far.
    var traffic: ConnectionTraffic {
        ConnectionTraffic(
            receivedMessages: state.pointee.receivedMessages,
            receivedBytes: state.pointee.receivedBytes,
            sentMessages: session.map { shard.slot(of: $0).sentMessages } ?? 0,
            sentBytes: stream.writtenBytes
        )
    }
}
