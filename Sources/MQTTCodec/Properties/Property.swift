/// One property of MQTT 5.0 with its value. MQTT 5.0 § 2.2.2.2
package enum Property: Sendable, Hashable {
    /// True: the payload is UTF-8 text.
    case payloadFormatIndicator(Bool)
    /// Seconds.
    case messageExpiryInterval(UInt32)
    case contentType(Text)
    case responseTopic(TopicName)
    case correlationData([UInt8])
    /// 1…268,435,455.
    case subscriptionIdentifier(UInt32)
    /// Seconds; `UInt32.max`: never.
    case sessionExpiryInterval(UInt32)
    case assignedClientIdentifier(Text)
    /// Seconds.
    case serverKeepAlive(UInt16)
    case authenticationMethod(Text)
    case authenticationData([UInt8])
    case requestProblemInformation(Bool)
    /// Seconds.
    case willDelayInterval(UInt32)
    case requestResponseInformation(Bool)
    case responseInformation(Text)
    case serverReference(Text)
    case reasonString(Text)
    /// 1…65,535.
    case receiveMaximum(UInt16)
    case topicAliasMaximum(UInt16)
    /// 1…65,535.
    case topicAlias(UInt16)
    /// `atMostOnce` or `atLeastOnce`.
    case maximumQoS(QoS)
    case retainAvailable(Bool)
    case userProperty(UserProperty)
    /// Bytes, at least 1.
    case maximumPacketSize(UInt32)
    case wildcardSubscriptionAvailable(Bool)
    case subscriptionIdentifierAvailable(Bool)
    case sharedSubscriptionAvailable(Bool)

    package var identifier: PropertyIdentifier {
        switch self {
        case .payloadFormatIndicator: .payloadFormatIndicator
        case .messageExpiryInterval: .messageExpiryInterval
        case .contentType: .contentType
        case .responseTopic: .responseTopic
        case .correlationData: .correlationData
        case .subscriptionIdentifier: .subscriptionIdentifier
        case .sessionExpiryInterval: .sessionExpiryInterval
        case .assignedClientIdentifier: .assignedClientIdentifier
        case .serverKeepAlive: .serverKeepAlive
        case .authenticationMethod: .authenticationMethod
        case .authenticationData: .authenticationData
        case .requestProblemInformation: .requestProblemInformation
        case .willDelayInterval: .willDelayInterval
        case .requestResponseInformation: .requestResponseInformation
        case .responseInformation: .responseInformation
        case .serverReference: .serverReference
        case .reasonString: .reasonString
        case .receiveMaximum: .receiveMaximum
        case .topicAliasMaximum: .topicAliasMaximum
        case .topicAlias: .topicAlias
        case .maximumQoS: .maximumQoS
        case .retainAvailable: .retainAvailable
        case .userProperty: .userProperty
        case .maximumPacketSize: .maximumPacketSize
        case .wildcardSubscriptionAvailable: .wildcardSubscriptionAvailable
        case .subscriptionIdentifierAvailable: .subscriptionIdentifierAvailable
        case .sharedSubscriptionAvailable: .sharedSubscriptionAvailable
        }
    }
}

/// A name and a value that the standard gives no meaning; both may be repeated.
package struct UserProperty: Sendable, Hashable {
    package var name: Text
    package var value: Text

    package init(_ name: Text, _ value: Text) {
        self.name = name
        self.value = value
    }
}
