import MQTTBroker
import MQTTCodec

extension NodeMetrics {
    /// What the built-in broker holds and has done.
    func writeBroker(to page: inout MetricPage) {
        writeSessions(to: &page)
        writeQueues(to: &page)
        writePackets(to: &page)
        writeRefusals(to: &page)
    }

    private func writeRefusals(to page: inout MetricPage) {
        page.family("mqtt_denied_total", .counter, "What the rules of the ACL file did not allow, by what it was.")
        page.sample(["action": "publish"], broker.deniedPublishes)
        page.sample(["action": "subscribe"], broker.deniedSubscriptions)
        page.sample(["action": "will"], broker.deniedWills)
        page.family("mqtt_rate_holds_total", .counter, "Times a client that sent too fast was not read for a while.")
        page.sample(broker.rateHolds)
        page.family("mqtt_rate_disconnects_total", .counter, "Connections ended because their client sent too fast.")
        page.sample(broker.rateDisconnects)
        page.family(
            "mqtt_connects_refused_total",
            .counter,
            "Connections refused as their client id came too often."
        )
        page.sample(broker.refusedConnects)
        page.family("mqtt_wills_delayed_total", .counter, "Wills that waited because too many were due at once.")
        page.sample(broker.delayedWills)
    }

    private func writeSessions(to page: inout MetricPage) {
        page.family("mqtt_sessions", .gauge, "Sessions by whether their client is connected.")
        page.sample(["state": "connected"], broker.connected)
        page.sample(["state": "waiting"], broker.sessions - broker.connected)
        page.family("mqtt_sessions_expired_total", .counter, "Sessions that ended because their client stayed away.")
        page.sample(broker.expiredSessions)
        page.family("mqtt_connections_total", .counter, "Connections that came as far as the broker.")
        page.sample(broker.connections)
        page.family("mqtt_subscriptions", .gauge, "Subscriptions of all sessions, shared ones included.")
        page.sample(broker.subscriptions)
        page.family("mqtt_shared_subscriptions", .gauge, "Those of them that are members of a shared subscription.")
        page.sample(broker.sharedSubscriptions)
        page.family("mqtt_retained_messages", .gauge, "Retained messages.")
        page.sample(broker.retainedMessages)
        page.family("mqtt_retained_bytes", .gauge, "Bytes of the retained messages and of the places they lie in.")
        page.sample(broker.retainedBytes)
    }

    private func writeQueues(to page: inout MetricPage) {
        page.family("mqtt_queued_messages", .gauge, "Messages that wait in the queues of all sessions.")
        page.sample(broker.queuedMessages)
        page.family("mqtt_queued_bytes", .gauge, "Bytes of those, and of the messages in flight to clients.")
        page.sample(broker.queuedBytes)
        page.family("mqtt_in_flight_messages", .gauge, "QoS 1 and 2 exchanges that are not complete, by direction.")
        page.sample(["direction": "in"], broker.openInboundMessages)
        page.sample(["direction": "out"], broker.inFlightMessages)
        page.family("mqtt_held_messages", .gauge, "Messages in memory, each once however many sessions it waits for.")
        page.sample(broker.heldMessages)
        page.family("mqtt_held_bytes", .gauge, "Bytes of those.")
        page.sample(broker.heldBytes)
        page.family("mqtt_messages_dropped_total", .counter, "Deliveries that did not happen, by reason.")
        for (reason, count) in broker.dropped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            page.sample(["reason": reason.rawValue], count)
        }
        page.family("mqtt_publishers_held_back_total", .counter, "Times that a publisher was not read for a while.")
        page.sample(broker.publishersHeldBack)
    }

    private func writePackets(to page: inout MetricPage) {
        page.family("mqtt_packets_received_total", .counter, "Packets received, by type.")
        write(broker.received, to: &page)
        page.family("mqtt_packets_sent_total", .counter, "Packets sent, by type.")
        write(broker.sent, to: &page)
        page.family("mqtt_bytes_received_total", .counter, "Bytes of MQTT packets received.")
        page.sample(broker.receivedBytes)
        page.family("mqtt_bytes_sent_total", .counter, "Bytes of MQTT packets sent.")
        page.sample(broker.sentBytes)
        page.family("mqtt_payload_bytes_received_total", .counter, "Bytes of the payloads of messages received.")
        page.sample(broker.receivedPayloadBytes)
        page.family("mqtt_payload_bytes_sent_total", .counter, "Bytes of the payloads of messages sent.")
        page.sample(broker.sentPayloadBytes)
    }

    private func write(_ packets: [PacketType: UInt64], to page: inout MetricPage) {
        for (type, count) in packets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            page.sample(["type": "\(type)"], count)
        }
    }
}
