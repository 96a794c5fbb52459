/// The properties of MQTT 5.0. MQTT 5.0 § 2.2.2.2, table 2-4
@usableFromInline package enum PropertyIdentifier: UInt8, Sendable, Hashable, CaseIterable {
    case payloadFormatIndicator = 0x01
    case messageExpiryInterval = 0x02
    case contentType = 0x03
    case responseTopic = 0x08
    case correlationData = 0x09
    case subscriptionIdentifier = 0x0B
    case sessionExpiryInterval = 0x11
    case assignedClientIdentifier = 0x12
    case serverKeepAlive = 0x13
    case authenticationMethod = 0x15
    case authenticationData = 0x16
    case requestProblemInformation = 0x17
    case willDelayInterval = 0x18
    case requestResponseInformation = 0x19
    case responseInformation = 0x1A
    case serverReference = 0x1C
    case reasonString = 0x1F
    case receiveMaximum = 0x21
    case topicAliasMaximum = 0x22
    case topicAlias = 0x23
    case maximumQoS = 0x24
    case retainAvailable = 0x25
    case userProperty = 0x26
    case maximumPacketSize = 0x27
    case wildcardSubscriptionAvailable = 0x28
    case subscriptionIdentifierAvailable = 0x29
    case sharedSubscriptionAvailable = 0x2A
}

/// How a property's value is written.
enum PropertyKind {
    /// A byte that must be 0 or 1.
    case flag
    case uint16, uint32, variableByteInteger, string, binary, stringPair
}

extension PropertyIdentifier {
    var kind: PropertyKind {
        switch self {
        case .payloadFormatIndicator, .requestProblemInformation, .requestResponseInformation, .maximumQoS,
            .retainAvailable, .wildcardSubscriptionAvailable, .subscriptionIdentifierAvailable,
            .sharedSubscriptionAvailable:
            .flag
        case .serverKeepAlive, .receiveMaximum, .topicAliasMaximum, .topicAlias: .uint16
        case .messageExpiryInterval, .sessionExpiryInterval, .willDelayInterval, .maximumPacketSize: .uint32
        case .subscriptionIdentifier: .variableByteInteger
        case .contentType, .responseTopic, .assignedClientIdentifier, .authenticationMethod, .responseInformation,
            .serverReference, .reasonString:
            .string
        case .correlationData, .authenticationData: .binary
        case .userProperty: .stringPair
        }
    }

    /// Whether 0 is no value for it. MQTT 5.0 §§ 3.1.2.11.3, 3.1.2.11.4, 3.3.2.3.4, 3.8.2.1.2
    var forbidsZero: Bool {
        switch self {
        case .receiveMaximum, .maximumPacketSize, .topicAlias, .subscriptionIdentifier: true
        default: false
        }
    }

    /// Whether it may stand more than once in this place.
    func mayRepeat(in context: PropertyContext) -> Bool {
        switch self {
        case .userProperty: true
        // A PUBLISH has one for each matching subscription. [MQTT-3.3.4-4]
        case .subscriptionIdentifier: context == .publishFromServer
        default: false
        }
    }

    /// Whether it may stand in this place at all.
    @inline(__always)
    func isAllowed(in context: PropertyContext) -> Bool { places & context.bit != 0 }

    /// The places it may stand in. MQTT 5.0 § 2.2.2.2, table 2-4
    private var places: UInt16 {
        switch self {
        case .payloadFormatIndicator, .messageExpiryInterval, .contentType, .responseTopic, .correlationData:
            PropertyContext.bits(.publishFromClient, .publishFromServer, .will)
        // [MQTT-3.3.4-6]
        case .subscriptionIdentifier: PropertyContext.bits(.publishFromServer, .subscribe)
        case .topicAlias: PropertyContext.bits(.publishFromClient, .publishFromServer)
        case .willDelayInterval: PropertyContext.bits(.will)
        case .requestProblemInformation, .requestResponseInformation: PropertyContext.bits(.connect)
        case .receiveMaximum, .topicAliasMaximum, .maximumPacketSize: PropertyContext.bits(.connect, .connack)
        // [MQTT-3.14.2-2]
        case .sessionExpiryInterval: PropertyContext.bits(.connect, .connack, .disconnectFromClient)
        case .authenticationMethod, .authenticationData: PropertyContext.bits(.connect, .connack, .auth)
        case .serverReference: PropertyContext.bits(.connack, .disconnectFromServer)
        case .assignedClientIdentifier, .serverKeepAlive, .responseInformation, .maximumQoS, .retainAvailable,
            .wildcardSubscriptionAvailable, .subscriptionIdentifierAvailable, .sharedSubscriptionAvailable:
            PropertyContext.bits(.connack)
        case .reasonString:
            PropertyContext.bits(
                .connack,
                .acknowledgement,
                .suback,
                .unsuback,
                .disconnectFromClient,
                .disconnectFromServer,
                .auth
            )
        case .userProperty: .max
        }
    }
}

/// A place where properties stand; each has its own set of allowed ones.
package enum PropertyContext: UInt8, Sendable, Hashable, CaseIterable {
    case connect, will, connack
    case publishFromClient, publishFromServer
    /// PUBACK, PUBREC, PUBREL, PUBCOMP.
    case acknowledgement
    case subscribe, suback, unsubscribe, unsuback
    case disconnectFromClient, disconnectFromServer
    case auth

    static func publish(from origin: PacketOrigin) -> PropertyContext {
        origin == .client ? .publishFromClient : .publishFromServer
    }

    static func disconnect(from origin: PacketOrigin) -> PropertyContext {
        origin == .client ? .disconnectFromClient : .disconnectFromServer
    }

    fileprivate var bit: UInt16 { 1 &<< UInt16(rawValue) }

    @inline(__always)
    fileprivate static func bits(_ contexts: PropertyContext...) -> UInt16 {
        contexts.reduce(0) { $0 | $1.bit }
    }
}
