import MQTTBroker
import MQTTCodec

extension NodeMetrics {
    /// What the built-in broker holds and has done.
    func writeBroker(to out: inout PrometheusText) {
        out.family("mqtt_sessions", .gauge, "Sessions by whether their client is connected.")
        out.sample("mqtt_sessions", ["state": "connected"], broker.connected)
        out.sample("mqtt_sessions", ["state": "kept"], broker.sessions - broker.connected)
        out.family("mqtt_subscriptions", .gauge, "Subscriptions of all sessions.")
        out.sample("mqtt_subscriptions", [:], broker.subscriptions)
        out.family("mqtt_retained_messages", .gauge, "Retained messages.")
        out.sample("mqtt_retained_messages", [:], broker.retainedMessages)
        out.family("mqtt_packets_received_total", .counter, "Packets received, by type.")
        for (type, count) in broker.received.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            out.sample("mqtt_packets_received_total", ["type": "\(type)"], count)
        }
        out.family("mqtt_packets_sent_total", .counter, "Packets sent, by type.")
        for (type, count) in broker.sent.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            out.sample("mqtt_packets_sent_total", ["type": "\(type)"], count)
        }
        out.family("mqtt_bytes_received_total", .counter, "Bytes of MQTT packets received.")
        out.sample("mqtt_bytes_received_total", [:], broker.receivedBytes)
        out.family("mqtt_bytes_sent_total", .counter, "Bytes of MQTT packets sent.")
        out.sample("mqtt_bytes_sent_total", [:], broker.sentBytes)
        out.family("mqtt_messages_dropped_total", .counter, "Deliveries that did not happen, by reason.")
        for (reason, count) in broker.dropped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            out.sample("mqtt_messages_dropped_total", ["reason": reason.rawValue], count)
        }
    }
}
