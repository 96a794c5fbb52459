extension Properties {
    /// Whether the payload is UTF-8 text. MQTT 5.0 § 3.3.2.3.2
    package var payloadFormatIndicator: Bool? {
        get { first { if case .payloadFormatIndicator(let value) = $0 { value } else { nil } } }
        set { set(.payloadFormatIndicator, newValue.map(Property.payloadFormatIndicator)) }
    }

    /// Seconds a message lives. MQTT 5.0 § 3.3.2.3.3
    package var messageExpiryInterval: UInt32? {
        get { first { if case .messageExpiryInterval(let value) = $0 { value } else { nil } } }
        set { set(.messageExpiryInterval, newValue.map(Property.messageExpiryInterval)) }
    }

    /// What the payload is. MQTT 5.0 § 3.3.2.3.9
    package var contentType: Text? {
        get { first { if case .contentType(let value) = $0 { value } else { nil } } }
        set { set(.contentType, newValue.map(Property.contentType)) }
    }

    /// Where an answer is awaited. MQTT 5.0 § 3.3.2.3.5
    package var responseTopic: TopicName? {
        get { first { if case .responseTopic(let value) = $0 { value } else { nil } } }
        set { set(.responseTopic, newValue.map(Property.responseTopic)) }
    }

    /// What an answer must repeat. MQTT 5.0 § 3.3.2.3.6
    package var correlationData: [UInt8]? {
        get { first { if case .correlationData(let value) = $0 { value } else { nil } } }
        set { set(.correlationData, newValue.map(Property.correlationData)) }
    }

    /// The number a SUBSCRIBE gives its filters; the first one of a PUBLISH. MQTT 5.0 § 3.8.2.1.2
    package var subscriptionIdentifier: UInt32? {
        get { first { if case .subscriptionIdentifier(let value) = $0 { value } else { nil } } }
        set { set(.subscriptionIdentifier, newValue.map(Property.subscriptionIdentifier)) }
    }

    /// Seconds a session outlives its connection; `UInt32.max` means for ever. MQTT 5.0 § 3.1.2.11.2
    package var sessionExpiryInterval: UInt32? {
        get { first { if case .sessionExpiryInterval(let value) = $0 { value } else { nil } } }
        set { set(.sessionExpiryInterval, newValue.map(Property.sessionExpiryInterval)) }
    }

    /// The identifier that the server chose. MQTT 5.0 § 3.2.2.3.7
    package var assignedClientIdentifier: Text? {
        get { first { if case .assignedClientIdentifier(let value) = $0 { value } else { nil } } }
        set { set(.assignedClientIdentifier, newValue.map(Property.assignedClientIdentifier)) }
    }

    /// Seconds; takes the place of the client's keep alive. MQTT 5.0 § 3.2.2.3.14
    package var serverKeepAlive: UInt16? {
        get { first { if case .serverKeepAlive(let value) = $0 { value } else { nil } } }
        set { set(.serverKeepAlive, newValue.map(Property.serverKeepAlive)) }
    }

    /// The name of the method. MQTT 5.0 § 3.1.2.11.9
    package var authenticationMethod: Text? {
        get { first { if case .authenticationMethod(let value) = $0 { value } else { nil } } }
        set { set(.authenticationMethod, newValue.map(Property.authenticationMethod)) }
    }

    /// What the method defines. MQTT 5.0 § 3.1.2.11.10
    package var authenticationData: [UInt8]? {
        get { first { if case .authenticationData(let value) = $0 { value } else { nil } } }
        set { set(.authenticationData, newValue.map(Property.authenticationData)) }
    }

    /// Whether reason strings are wanted on every packet. MQTT 5.0 § 3.1.2.11.7
    package var requestProblemInformation: Bool? {
        get { first { if case .requestProblemInformation(let value) = $0 { value } else { nil } } }
        set { set(.requestProblemInformation, newValue.map(Property.requestProblemInformation)) }
    }

    /// Seconds between the end of the connection and the will. MQTT 5.0 § 3.1.3.2.2
    package var willDelayInterval: UInt32? {
        get { first { if case .willDelayInterval(let value) = $0 { value } else { nil } } }
        set { set(.willDelayInterval, newValue.map(Property.willDelayInterval)) }
    }

    /// Whether response information is wanted. MQTT 5.0 § 3.1.2.11.6
    package var requestResponseInformation: Bool? {
        get { first { if case .requestResponseInformation(let value) = $0 { value } else { nil } } }
        set { set(.requestResponseInformation, newValue.map(Property.requestResponseInformation)) }
    }

    /// What response topics may be built from. MQTT 5.0 § 3.2.2.3.15
    package var responseInformation: Text? {
        get { first { if case .responseInformation(let value) = $0 { value } else { nil } } }
        set { set(.responseInformation, newValue.map(Property.responseInformation)) }
    }

    /// Another server to use. MQTT 5.0 § 3.2.2.3.16
    package var serverReference: Text? {
        get { first { if case .serverReference(let value) = $0 { value } else { nil } } }
        set { set(.serverReference, newValue.map(Property.serverReference)) }
    }

    /// What happened, for people. MQTT 5.0 § 3.2.2.3.9
    package var reasonString: Text? {
        get { first { if case .reasonString(let value) = $0 { value } else { nil } } }
        set { set(.reasonString, newValue.map(Property.reasonString)) }
    }

    /// Most unacknowledged QoS 1 and 2 messages. MQTT 5.0 § 3.1.2.11.3
    package var receiveMaximum: UInt16? {
        get { first { if case .receiveMaximum(let value) = $0 { value } else { nil } } }
        set { set(.receiveMaximum, newValue.map(Property.receiveMaximum)) }
    }

    /// Highest topic alias taken. MQTT 5.0 § 3.1.2.11.5
    package var topicAliasMaximum: UInt16? {
        get { first { if case .topicAliasMaximum(let value) = $0 { value } else { nil } } }
        set { set(.topicAliasMaximum, newValue.map(Property.topicAliasMaximum)) }
    }

    /// The number that stands for the topic. MQTT 5.0 § 3.3.2.3.4
    package var topicAlias: UInt16? {
        get { first { if case .topicAlias(let value) = $0 { value } else { nil } } }
        set { set(.topicAlias, newValue.map(Property.topicAlias)) }
    }

    /// Highest QoS of the server; absent means 2. MQTT 5.0 § 3.2.2.3.4
    package var maximumQoS: QoS? {
        get { first { if case .maximumQoS(let value) = $0 { value } else { nil } } }
        set { set(.maximumQoS, newValue.map(Property.maximumQoS)) }
    }

    /// Absent means true. MQTT 5.0 § 3.2.2.3.5
    package var retainAvailable: Bool? {
        get { first { if case .retainAvailable(let value) = $0 { value } else { nil } } }
        set { set(.retainAvailable, newValue.map(Property.retainAvailable)) }
    }

    /// Bytes of the biggest packet taken. MQTT 5.0 § 3.1.2.11.4
    package var maximumPacketSize: UInt32? {
        get { first { if case .maximumPacketSize(let value) = $0 { value } else { nil } } }
        set { set(.maximumPacketSize, newValue.map(Property.maximumPacketSize)) }
    }

    /// Absent means true. MQTT 5.0 § 3.2.2.3.11
    package var wildcardSubscriptionAvailable: Bool? {
        get { first { if case .wildcardSubscriptionAvailable(let value) = $0 { value } else { nil } } }
        set { set(.wildcardSubscriptionAvailable, newValue.map(Property.wildcardSubscriptionAvailable)) }
    }

    /// Absent means true. MQTT 5.0 § 3.2.2.3.12
    package var subscriptionIdentifierAvailable: Bool? {
        get { first { if case .subscriptionIdentifierAvailable(let value) = $0 { value } else { nil } } }
        set { set(.subscriptionIdentifierAvailable, newValue.map(Property.subscriptionIdentifierAvailable)) }
    }

    /// Absent means true. MQTT 5.0 § 3.2.2.3.13
    package var sharedSubscriptionAvailable: Bool? {
        get { first { if case .sharedSubscriptionAvailable(let value) = $0 { value } else { nil } } }
        set { set(.sharedSubscriptionAvailable, newValue.map(Property.sharedSubscriptionAvailable)) }
    }

    /// All subscription identifiers, as a PUBLISH from a server may have several. [MQTT-3.3.4-4]
    package var subscriptionIdentifiers: [UInt32] {
        list.compactMap { if case .subscriptionIdentifier(let value) = $0 { value } else { nil } }
    }

    /// The user properties in their order. [MQTT-3.3.2-18]
    package var userProperties: [UserProperty] {
        list.compactMap { if case .userProperty(let value) = $0 { value } else { nil } }
    }
}
