/// What a packet of MQTT 5.0 says about its outcome; 0x80 and above are failures. MQTT 5.0 § 2.4
package enum ReasonCode: UInt8, Sendable, Hashable, CaseIterable {
    /// Success; in DISCONNECT "normal disconnection", in SUBACK "granted QoS 0".
    case success = 0x00
    case grantedQoS1 = 0x01
    case grantedQoS2 = 0x02
    case disconnectWithWillMessage = 0x04
    case noMatchingSubscribers = 0x10
    case noSubscriptionExisted = 0x11
    case continueAuthentication = 0x18
    case reAuthenticate = 0x19
    case unspecifiedError = 0x80
    case malformedPacket = 0x81
    case protocolError = 0x82
    case implementationSpecificError = 0x83
    case unsupportedProtocolVersion = 0x84
    case clientIdentifierNotValid = 0x85
    case badUserNameOrPassword = 0x86
    case notAuthorized = 0x87
    case serverUnavailable = 0x88
    case serverBusy = 0x89
    case banned = 0x8A
    case serverShuttingDown = 0x8B
    case badAuthenticationMethod = 0x8C
    case keepAliveTimeout = 0x8D
    case sessionTakenOver = 0x8E
    case topicFilterInvalid = 0x8F
    case topicNameInvalid = 0x90
    case packetIdentifierInUse = 0x91
    case packetIdentifierNotFound = 0x92
    case receiveMaximumExceeded = 0x93
    case topicAliasInvalid = 0x94
    case packetTooLarge = 0x95
    case messageRateTooHigh = 0x96
    case quotaExceeded = 0x97
    case administrativeAction = 0x98
    case payloadFormatInvalid = 0x99
    case retainNotSupported = 0x9A
    case qosNotSupported = 0x9B
    case useAnotherServer = 0x9C
    case serverMoved = 0x9D
    case sharedSubscriptionsNotSupported = 0x9E
    case connectionRateExceeded = 0x9F
    case maximumConnectTime = 0xA0
    case subscriptionIdentifiersNotSupported = 0xA1
    case wildcardSubscriptionsNotSupported = 0xA2

    /// Normal disconnection: the value of `success` in a DISCONNECT.
    package static var normalDisconnection: ReasonCode { .success }

    /// Granted QoS 0: the value of `success` in a SUBACK.
    package static var grantedQoS0: ReasonCode { .success }

    /// The SUBACK code that grants `qos`.
    package static func granted(_ qos: QoS) -> ReasonCode {
        switch qos {
        case .atMostOnce: .grantedQoS0
        case .atLeastOnce: .grantedQoS1
        case .exactlyOnce: .grantedQoS2
        }
    }

    /// Whether the operation failed.
    package var isFailure: Bool { rawValue >= 0x80 }
}

extension ReasonCode {
    /// Whether a `packet` sent by `origin` may carry this code. MQTT 5.0 § 2.4, table 2-6
    /// [MQTT-3.2.2-8] [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] [MQTT-3.9.3-2] [MQTT-3.11.3-2]
    /// [MQTT-3.14.2-1] [MQTT-3.15.2-1]
    package func isAllowed(in packet: PacketType, from origin: PacketOrigin) -> Bool {
        switch packet {
        case .connack:
            switch rawValue {
            case 0x00, 0x80...0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99...0x9D, 0x9F: true
            default: false
            }
        case .puback, .pubrec:
            switch rawValue {
            case 0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99: true
            default: false
            }
        case .pubrel, .pubcomp:
            self == .success || self == .packetIdentifierNotFound
        case .suback:
            switch rawValue {
            case 0x00...0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2: true
            default: false
            }
        case .unsuback:
            switch rawValue {
            case 0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91: true
            default: false
            }
        case .disconnect:
            switch rawValue {
            case 0x00, 0x80...0x83, 0x90, 0x93...0x99: true
            case 0x04: origin == .client
            case 0x87, 0x89, 0x8B, 0x8D...0x8F, 0x9A...0xA2: origin == .server
            default: false
            }
        case .auth:
            switch self {
            case .success: origin == .server
            case .continueAuthentication: true
            case .reAuthenticate: origin == .client
            default: false
            }
        case .connect, .publish, .subscribe, .unsubscribe, .pingreq, .pingresp:
            false
        }
    }
}

extension ReasonCode: CustomStringConvertible {
    /// The code as `0x87 not authorized`.
    package var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return "0x\(digits.count < 2 ? "0" : "")\(digits) \(name)"
    }

    /// The standard's name of the code, in lower case.
    package var name: String {
        switch self {
        case .success: "success"
        case .grantedQoS1: "granted QoS 1"
        case .grantedQoS2: "granted QoS 2"
        case .disconnectWithWillMessage: "disconnect with will message"
        case .noMatchingSubscribers: "no matching subscribers"
        case .noSubscriptionExisted: "no subscription existed"
        case .continueAuthentication: "continue authentication"
        case .reAuthenticate: "re-authenticate"
        case .unspecifiedError: "unspecified error"
        case .malformedPacket: "malformed packet"
        case .protocolError: "protocol error"
        case .implementationSpecificError: "implementation specific error"
        case .unsupportedProtocolVersion: "unsupported protocol version"
        case .clientIdentifierNotValid: "client identifier not valid"
        case .badUserNameOrPassword: "bad user name or password"
        case .notAuthorized: "not authorized"
        case .serverUnavailable: "server unavailable"
        case .serverBusy: "server busy"
        case .banned: "banned"
        case .serverShuttingDown: "server shutting down"
        case .badAuthenticationMethod: "bad authentication method"
        case .keepAliveTimeout: "keep alive timeout"
        case .sessionTakenOver: "session taken over"
        case .topicFilterInvalid: "topic filter invalid"
        case .topicNameInvalid: "topic name invalid"
        case .packetIdentifierInUse: "packet identifier in use"
        case .packetIdentifierNotFound: "packet identifier not found"
        case .receiveMaximumExceeded: "receive maximum exceeded"
        case .topicAliasInvalid: "topic alias invalid"
        case .packetTooLarge: "packet too large"
        case .messageRateTooHigh: "message rate too high"
        case .quotaExceeded: "quota exceeded"
        case .administrativeAction: "administrative action"
        case .payloadFormatInvalid: "payload format invalid"
        case .retainNotSupported: "retain not supported"
        case .qosNotSupported: "QoS not supported"
        case .useAnotherServer: "use another server"
        case .serverMoved: "server moved"
        case .sharedSubscriptionsNotSupported: "shared subscriptions not supported"
        case .connectionRateExceeded: "connection rate exceeded"
        case .maximumConnectTime: "maximum connect time"
        case .subscriptionIdentifiersNotSupported: "subscription identifiers not supported"
        case .wildcardSubscriptionsNotSupported: "wildcard subscriptions not supported"
        }
    }
}
