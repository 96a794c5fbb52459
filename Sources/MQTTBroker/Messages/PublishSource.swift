import Reactors

/// The parts of one application message, wherever their bytes are: a publisher's packet or a stored message.
///
/// Valid only as long as those bytes.
struct PublishSource {
    var topic: UnsafeRawBufferPointer
    /// The properties a receiver gets, as written by the publisher and in its order: all but topic alias and
    /// subscription identifiers. [MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18]
    var properties: UnsafeRawBufferPointer
    /// Where in `properties` the four bytes of the message expiry interval are; -1 if it has none.
    var expiryOffset: Int
    /// What those four bytes are to say now, in seconds.
    var remainingExpiry: UInt32
    var payload: UnsafeRawBufferPointer
    var qos: UInt8
    /// The RETAIN flag as published.
    var retain: Bool
    /// The publisher's whole packet, if the same bytes can go to a receiver of its version: QoS 0, not retained,
    /// no alias.
    var packet: UnsafeRawBufferPointer?
    var packetIsVersion5 = false

    /// When the message is no longer to be delivered, if it came in at `arrival`. MQTT 5.0 § 3.3.2.3.3
    func expiry(arrival: MonotonicTime) -> MonotonicTime {
        guard expiryOffset >= 0 else { return .distantFuture }
        return arrival.advanced(by: .seconds(Int64(remainingExpiry)))
    }
}
