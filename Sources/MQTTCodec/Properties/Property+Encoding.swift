extension Property {
    /// Writes identifier and value.
    func write(to sink: inout some ByteSink) throws(CodecError) {
        sink.append(identifier.rawValue)
        let field = PacketField.property(identifier)
        switch self {
        case .payloadFormatIndicator(let isSet), .requestProblemInformation(let isSet),
            .requestResponseInformation(let isSet), .retainAvailable(let isSet),
            .wildcardSubscriptionAvailable(let isSet), .subscriptionIdentifierAvailable(let isSet),
            .sharedSubscriptionAvailable(let isSet):
            sink.append(isSet ? 1 : 0)
        case .maximumQoS(let qos):
            // QoS 2 is said by leaving the property out. MQTT 5.0 § 3.2.2.3.4
            guard qos < .exactlyOnce else { throw .propertyOutOfRange(.maximumQoS, found: UInt32(qos.rawValue)) }
            sink.append(qos.rawValue)
        case .serverKeepAlive(let number), .topicAliasMaximum(let number):
            sink.append(number)
        case .receiveMaximum(let number):
            guard number > 0 else { throw .propertyOutOfRange(.receiveMaximum, found: 0) }
            sink.append(number)
        case .topicAlias(let number):
            // [MQTT-3.3.2-8]
            guard number > 0 else { throw .topicAliasOutOfRange(found: 0, limit: .max) }
            sink.append(number)
        case .messageExpiryInterval(let number), .sessionExpiryInterval(let number), .willDelayInterval(let number):
            sink.append(number)
        case .maximumPacketSize(let number):
            guard number > 0 else { throw .propertyOutOfRange(.maximumPacketSize, found: 0) }
            sink.append(number)
        case .subscriptionIdentifier(let number):
            guard number > 0, number <= VariableByteInteger.maximum else {
                throw .propertyOutOfRange(.subscriptionIdentifier, found: number)
            }
            sink.appendVariableByteInteger(Int(number))
        case .contentType(let text), .assignedClientIdentifier(let text), .authenticationMethod(let text),
            .responseInformation(let text), .serverReference(let text), .reasonString(let text):
            try sink.append(prefixed: text.bytes, field)
        case .responseTopic(let topic):
            try sink.append(prefixed: topic.bytes, field)
        case .correlationData(let data), .authenticationData(let data):
            try sink.append(prefixed: data, field)
        case .userProperty(let pair):
            try sink.append(prefixed: pair.name.bytes, field)
            try sink.append(prefixed: pair.value.bytes, field)
        }
    }
}
