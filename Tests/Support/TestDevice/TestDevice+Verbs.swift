package import MQTTCodec

extension TestDevice {
    /// Sends CONNECT and waits for CONNACK, whatever it says.
    @discardableResult
    package func connect(_ packet: ConnectPacket) throws(DeviceError) -> ConnackPacket {
        try send(packet)
        return try receive { if case .packet(.connack(let connack)) = $0 { connack } else { nil } }
    }

    /// Connects with the device's version and the usual settings.
    @discardableResult
    package func connect(
        as clientIdentifier: Text,
        cleanStart: Bool = true,
        keepAlive: UInt16 = 60,
        will: Will? = nil,
        properties: Properties = Properties()
    ) throws(DeviceError) -> ConnackPacket {
        try connect(
            ConnectPacket(
                version: version,
                cleanStart: cleanStart,
                keepAlive: keepAlive,
                clientIdentifier: clientIdentifier,
                will: will,
                properties: properties
            )
        )
    }

    /// Sends SUBSCRIBE and waits for its SUBACK.
    @discardableResult
    package func subscribe(
        _ subscriptions: [Subscription],
        properties: Properties = Properties()
    ) throws(DeviceError) -> SubackPacket {
        let identifier = nextIdentifier()
        try send(SubscribePacket(packetIdentifier: identifier, subscriptions, properties: properties))
        return try receive {
            if case .packet(.suback(let suback)) = $0, suback.packetIdentifier == identifier { suback } else { nil }
        }
    }

    /// Subscribes to one filter.
    @discardableResult
    package func subscribe(_ filter: TopicFilter, qos: QoS = .atMostOnce) throws(DeviceError) -> SubackPacket {
        try subscribe([Subscription(filter, options: SubscriptionOptions(maximumQoS: qos))])
    }

    /// Sends UNSUBSCRIBE and waits for its UNSUBACK.
    @discardableResult
    package func unsubscribe(_ filters: [TopicFilter]) throws(DeviceError) -> UnsubackPacket {
        let identifier = nextIdentifier()
        try send(UnsubscribePacket(packetIdentifier: identifier, filters))
        return try receive {
            if case .packet(.unsuback(let unsuback)) = $0, unsuback.packetIdentifier == identifier {
                unsuback
            } else {
                nil
            }
        }
    }

    /// Publishes and goes through the whole exchange of the QoS; gives the code of PUBACK or PUBREC, nil at QoS 0.
    @discardableResult
    package func publish(
        _ topic: TopicName,
        _ payload: [UInt8],
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        properties: Properties = Properties()
    ) throws(DeviceError) -> ReasonCode? {
        let identifier = qos == .atMostOnce ? 0 : nextIdentifier()
        try send(
            PublishPacket(
                topic: topic,
                payload: payload,
                qos: qos,
                retain: retain,
                packetIdentifier: identifier,
                properties: properties
            )
        )
        switch qos {
        case .atMostOnce: return nil
        case .atLeastOnce: return try receive(.puback, identifier).reasonCode
        case .exactlyOnce:
            let code = try receive(.pubrec, identifier).reasonCode
            guard !code.isFailure else { return code }
            try send(AcknowledgementPacket(.pubrel, packetIdentifier: identifier))
            _ = try receive(.pubcomp, identifier)
            return code
        }
    }

    /// Publishes text.
    @discardableResult
    package func publish(
        _ topic: TopicName,
        text: String,
        qos: QoS = .atMostOnce,
        retain: Bool = false
    ) throws(DeviceError) -> ReasonCode? {
        try publish(topic, Array(text.utf8), qos: qos, retain: retain)
    }

    /// The next PUBLISH, not acknowledged.
    package func receivePublish() throws(DeviceError) -> PublishPacket {
        try receive { if case .publish(let publish) = $0 { publish } else { nil } }
    }

    /// The next PUBLISH, with the whole exchange of its QoS.
    package func receiveAndAcknowledge() throws(DeviceError) -> PublishPacket {
        let publish = try receivePublish()
        let identifier = publish.packetIdentifier
        switch publish.qos {
        case .atMostOnce: break
        case .atLeastOnce: try send(AcknowledgementPacket(.puback, packetIdentifier: identifier))
        case .exactlyOnce:
            try send(AcknowledgementPacket(.pubrec, packetIdentifier: identifier))
            _ = try receive(.pubrel, identifier)
            try send(AcknowledgementPacket(.pubcomp, packetIdentifier: identifier))
        }
        return publish
    }

    /// The acknowledgement of one kind for one identifier.
    package func receive(
        _ kind: AcknowledgementPacket.Kind,
        _ identifier: UInt16
    ) throws(DeviceError) -> AcknowledgementPacket {
        try receive {
            if case .packet(.acknowledgement(let packet)) = $0, packet.kind == kind,
                packet.packetIdentifier == identifier
            {
                packet
            } else {
                nil
            }
        }
    }

    /// Sends PINGREQ and waits for PINGRESP; what the broker had sent before is here by then.
    package func ping() throws(DeviceError) {
        try send(PingPacket.request)
        try receive { if case .packet(.ping(.response)) = $0 { () } else { nil } }
    }

    /// Every PUBLISH that the broker had sent when it answered a ping: the way to see that nothing more came. Other
    /// packets are kept.
    package func receiveAllPublished() throws(DeviceError) -> [PublishPacket] {
        try send(PingPacket.request)
        var all: [PublishPacket] = []
        var others: [Received] = []
        defer { keep(others) }
        while true {
            switch try receive() {
            case .publish(let publish): all.append(publish)
            case .packet(.ping(.response)): return all
            case let other: others.append(other)
            }
        }
    }

    /// Waits for the broker to close, and gives the code of the DISCONNECT that was all that came before that; nil where
    /// nothing came.
    package func receiveEnd() throws(DeviceError) -> ReasonCode? {
        let received = try receiveUntilClosed()
        guard let first = received.first else { return nil }
        guard case .packet(.disconnect(let packet)) = first, received.count == 1 else { throw .unexpected(first) }
        return packet.reasonCode
    }

    /// Says good-bye and closes.
    package func disconnect(
        _ reasonCode: ReasonCode = .normalDisconnection,
        properties: Properties = Properties()
    ) throws(DeviceError) {
        try send(DisconnectPacket(reasonCode: reasonCode, properties: properties))
        finishSending()
    }
}
