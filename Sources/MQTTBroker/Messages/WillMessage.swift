import MQTTCodec

/// A will as its session keeps it; its expiry interval begins to run when it is published. MQTT 5.0 § 3.1.3.2
struct WillMessage: Sendable {
    /// Seconds between the end of the connection and the will.
    let delay: UInt32
    private let topic: [UInt8]
    // In the client's order. [MQTT-3.1.3-10]
    private let properties: [UInt8]
    /// Seconds that it is worth delivering, from when it is published.
    let expiryInterval: UInt32?
    private let payload: [UInt8]
    private let qos: QoS
    private let retain: Bool

    /// The will of a CONNECT; throws where its properties have no encoding.
    init(_ will: Will) throws(CodecError) {
        delay = will.properties.willDelayInterval ?? 0
        topic = will.topic.bytes
        expiryInterval = will.properties.messageExpiryInterval
        var forwarded = will.properties
        forwarded.removeAll(.willDelayInterval)
        forwarded.removeAll(.messageExpiryInterval)
        properties = try forwarded.encodedForPublish()
        payload = will.payload
        qos = will.qos
        retain = will.retain
    }

    /// A will read from the store.
    init(_ stored: StoredWill, _ message: Message) {
        delay = stored.delay
        expiryInterval = stored.expiryInterval
        let header = message.header
        let topicEnd = Int(header.topicCount)
        let propertiesEnd = topicEnd + Int(header.propertiesCount)
        (topic, properties, payload) = message.withContent { content in
            (
                [UInt8](content[..<topicEnd]), [UInt8](content[topicEnd..<propertiesEnd]),
                [UInt8](content[propertiesEnd...])
            )
        }
        qos = header.qos
        retain = header.retain
    }

    /// Calls `body` with the message to be published.
    func withSource<Result>(_ body: (PublishSource) -> Result) -> Result {
        topic.withUnsafeBytes { topic in
            properties.withUnsafeBytes { properties in
                payload.withUnsafeBytes { payload in
                    body(
                        PublishSource(
                            topic: topic,
                            properties: properties,
                            expiryInterval: expiryInterval,
                            payload: payload,
                            qos: qos,
                            retain: retain
                        )
                    )
                }
            }
        }
    }
}
