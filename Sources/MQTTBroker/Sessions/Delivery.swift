import MQTTCodec

/// How one message goes to one session.
struct DeliveryTerms {
    /// The lower of the message's and the subscription's. [MQTT-3.8.4-8]
    var qos: QoS
    var retain = false
    var identifiers = SubscriptionIdentifiers.none
    /// The shared subscription it came by, so that another member can have it if this session ends.
    var group = SharedGroupID.none

    /// The terms in a packet; whether it is sent again is all that DUP says. [MQTT-3.3.1-3] [MQTT-4.3.2-2] [MQTT-4.3.3-2]
    @inline(__always)
    func form(packetID: UInt16, isDuplicate: Bool = false, expiryInterval: UInt32?) -> PublishDelivery {
        PublishDelivery(
            qos: qos,
            retain: retain,
            isDuplicate: isDuplicate,
            packetIdentifier: packetID,
            messageExpiryInterval: expiryInterval
        )
    }
}

/// One message for one session, waiting or in flight.
struct Delivery {
    let message: Message
    let terms: DeliveryTerms
    /// How it stands with the store.
    var row = DeliveryRow()

    var qos: QoS { terms.qos }
    var group: SharedGroupID { terms.group }
}
