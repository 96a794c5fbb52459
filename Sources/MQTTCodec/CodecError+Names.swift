/// The names that errors use.
extension PacketField {
    /// The name at the start of a sentence.
    var capitalized: String {
        let name = name
        return name.prefix(1).uppercased() + name.dropFirst()
    }

    private var name: String {
        switch self {
        case .remainingLength: "the remaining length"
        case .protocolName: "the protocol name"
        case .protocolLevel: "the protocol level"
        case .connectFlags: "the CONNECT flags"
        case .keepAlive: "the keep alive"
        case .clientIdentifier: "the client identifier"
        case .willTopic: "the will topic"
        case .willPayload: "the will payload"
        case .userName: "the user name"
        case .password: "the password"
        case .connackFlags: "the CONNACK flags"
        case .reasonCode: "the reason code"
        case .packetIdentifier: "the packet identifier"
        case .topicName: "the topic name"
        case .publishQoS: "the QoS of PUBLISH"
        case .topicFilter: "the topic filter"
        case .subscriptionOptions: "the subscription options"
        case .propertyLength: "the properties"
        case .propertyIdentifier: "the property identifier"
        case .property(let identifier): "property \(identifier.name)"
        case .text: "the text"
        case .topic: "the topic"
        }
    }
}

extension PropertyContext {
    /// The packet, and the side where that matters.
    var name: String {
        switch self {
        case .connect: "CONNECT"
        case .will: "a will"
        case .connack: "CONNACK"
        case .publishFromClient: "a client's PUBLISH"
        case .publishFromServer: "PUBLISH"
        case .acknowledgement: "PUBACK, PUBREC, PUBREL and PUBCOMP"
        case .subscribe: "SUBSCRIBE"
        case .suback: "SUBACK"
        case .unsubscribe: "UNSUBSCRIBE"
        case .unsuback: "UNSUBACK"
        case .disconnectFromClient: "a client's DISCONNECT"
        case .disconnectFromServer: "a server's DISCONNECT"
        case .auth: "AUTH"
        }
    }
}

extension PropertyIdentifier {
    /// The standard's name and number.
    var name: String {
        let number = String(rawValue, radix: 16, uppercase: true)
        return "\(words) (0x\(number.count < 2 ? "0" : "")\(number))"
    }

    /// What its value must be, where that is less than its type allows.
    var range: String {
        switch self {
        case .receiveMaximum, .topicAlias: "1 to 65535"
        case .maximumPacketSize: "1 or more"
        case .subscriptionIdentifier: "1 to 268435455"
        default: "0 or 1"
        }
    }

    private var words: String {
        switch self {
        case .payloadFormatIndicator: "Payload Format Indicator"
        case .messageExpiryInterval: "Message Expiry Interval"
        case .contentType: "Content Type"
        case .responseTopic: "Response Topic"
        case .correlationData: "Correlation Data"
        case .subscriptionIdentifier: "Subscription Identifier"
        case .sessionExpiryInterval: "Session Expiry Interval"
        case .assignedClientIdentifier: "Assigned Client Identifier"
        case .serverKeepAlive: "Server Keep Alive"
        case .authenticationMethod: "Authentication Method"
        case .authenticationData: "Authentication Data"
        case .requestProblemInformation: "Request Problem Information"
        case .willDelayInterval: "Will Delay Interval"
        case .requestResponseInformation: "Request Response Information"
        case .responseInformation: "Response Information"
        case .serverReference: "Server Reference"
        case .reasonString: "Reason String"
        case .receiveMaximum: "Receive Maximum"
        case .topicAliasMaximum: "Topic Alias Maximum"
        case .topicAlias: "Topic Alias"
        case .maximumQoS: "Maximum QoS"
        case .retainAvailable: "Retain Available"
        case .userProperty: "User Property"
        case .maximumPacketSize: "Maximum Packet Size"
        case .wildcardSubscriptionAvailable: "Wildcard Subscription Available"
        case .subscriptionIdentifierAvailable: "Subscription Identifier Available"
        case .sharedSubscriptionAvailable: "Shared Subscription Available"
        }
    }
}
