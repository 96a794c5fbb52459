import MQTTCodec

/// The retained messages one new subscription gets, sent as fast as the connection takes them: references, no copies.
struct RetainedReplay {
    let messages: ContiguousArray<Message>
    /// The subscription's, as it was written.
    let filter: TopicFilter
    let qos: QoS
    let identifier: UInt32
    /// The subscription as the store has it, until all have been sent; nil for one that is not stored.
    let stored: StoredSubscription?
    private var next = 0

    init(
        messages: ContiguousArray<Message>,
        filter: TopicFilter,
        qos: QoS,
        identifier: UInt32,
        stored: StoredSubscription? = nil
    ) {
        self.stored = stored
        self.messages = messages
        self.filter = filter
        self.qos = qos
        self.identifier = identifier
    }

    /// The message whose turn it is; nil at the end.
    var current: Message? { next < messages.count ? messages[next] : nil }

    /// Messages still to come.
    var remaining: Int { messages.count - next }

    /// Goes on to the next message.
    mutating func advance() { next += 1 }

    /// How the current message is delivered: always with RETAIN. MQTT 3.1.1 [MQTT-3.3.1-8]
    func delivery(of message: Message) -> Delivery {
        let identifiers = SubscriptionIdentifiers(single: identifier)
        return Delivery(
            message: message,
            terms: DeliveryTerms(qos: min(qos, message.qos), retain: true, identifiers: identifiers)
        )
    }
}
