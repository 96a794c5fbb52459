extension Property {
    /// The property that a reader found and checked in `bytes`.
    init(_ raw: RawProperty, in bytes: UnsafeRawBufferPointer) {
        func first() -> [UInt8] { Array(bytes[raw.first]) }
        func text() -> Text { Text(unchecked: first()) }
        let isSet = raw.number == 1
        // The reader read no more bytes than the kind has, so the number fits.
        let short = UInt16(truncatingIfNeeded: raw.number)
        self =
            switch raw.identifier {
            case .payloadFormatIndicator: .payloadFormatIndicator(isSet)
            case .messageExpiryInterval: .messageExpiryInterval(raw.number)
            case .contentType: .contentType(text())
            case .responseTopic: .responseTopic(TopicName(unchecked: first()))
            case .correlationData: .correlationData(first())
            case .subscriptionIdentifier: .subscriptionIdentifier(raw.number)
            case .sessionExpiryInterval: .sessionExpiryInterval(raw.number)
            case .assignedClientIdentifier: .assignedClientIdentifier(text())
            case .serverKeepAlive: .serverKeepAlive(short)
            case .authenticationMethod: .authenticationMethod(text())
            case .authenticationData: .authenticationData(first())
            case .requestProblemInformation: .requestProblemInformation(isSet)
            case .willDelayInterval: .willDelayInterval(raw.number)
            case .requestResponseInformation: .requestResponseInformation(isSet)
            case .responseInformation: .responseInformation(text())
            case .serverReference: .serverReference(text())
            case .reasonString: .reasonString(text())
            case .receiveMaximum: .receiveMaximum(short)
            case .topicAliasMaximum: .topicAliasMaximum(short)
            case .topicAlias: .topicAlias(short)
            case .maximumQoS: .maximumQoS(isSet ? .atLeastOnce : .atMostOnce)
            case .retainAvailable: .retainAvailable(isSet)
            case .userProperty: .userProperty(UserProperty(text(), Text(unchecked: Array(bytes[raw.second]))))
            case .maximumPacketSize: .maximumPacketSize(raw.number)
            case .wildcardSubscriptionAvailable: .wildcardSubscriptionAvailable(isSet)
            case .subscriptionIdentifierAvailable: .subscriptionIdentifierAvailable(isSet)
            case .sharedSubscriptionAvailable: .sharedSubscriptionAvailable(isSet)
            }
    }
}
