import MQTTCodec
import Reactors

/// The parts of one application message, wherever their bytes are: a publisher's packet or a stored message.
///
/// Valid only as long as those bytes.
struct PublishSource {
    var topic: UnsafeRawBufferPointer
    /// What every receiver gets as the publisher wrote it, in its order: no topic alias, no message expiry interval.
    /// [MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-18] [MQTT-3.3.2-20]
    var properties: UnsafeRawBufferPointer
    /// What is left of the message expiry interval, in seconds. [MQTT-3.3.2-6]
    var expiryInterval: UInt32?
    var payload: UnsafeRawBufferPointer
    var qos: QoS
    /// The RETAIN flag as published.
    var retain: Bool
    /// The publisher's whole packet, if the same bytes can go to any receiver of its version: QoS 0, not retained,
    /// no alias.
    var packet: UnsafeRawBufferPointer?
    var packetIsVersion5 = false

    /// When the message is no longer to be delivered, if it came in at `arrival`. MQTT 5.0 § 3.3.2.3.3
    func expiry(arrival: MonotonicTime) -> MonotonicTime {
        guard let expiryInterval else { return .distantFuture }
        return arrival.advanced(by: .seconds(Int64(expiryInterval)))
    }

    /// An encoder for receivers of one version; the parts must outlive it.
    @inline(__always)
    func encoder(version5: Bool) -> PublishEncoder {
        PublishEncoder(
            version: version5 ? .v5 : .v3_1_1,
            topic: topic,
            properties: properties,
            payload: payload
        )
    }
}
