import MQTTCodec

/// One message for one session, waiting or in flight.
struct Delivery {
    var message: Message
    var identifiers: SubscriptionIdentifiers
    /// The shared subscription it came by, so that another member can have it if this session ends.
    var group: SharedGroupID
    /// The lower of the message's and the subscription's. [MQTT-3.8.4-8]
    var qos: QoS
    var retain: Bool

    init(
        message: Message,
        identifiers: SubscriptionIdentifiers = .none,
        group: SharedGroupID = .none,
        qos: QoS,
        retain: Bool = false
    ) {
        self.message = message
        self.identifiers = identifiers
        self.group = group
        self.qos = qos
        self.retain = retain
    }
}
