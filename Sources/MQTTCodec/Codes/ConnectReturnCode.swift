/// What a CONNACK of MQTT 3.1 and 3.1.1 says. MQTT 3.1.1 § 3.2.2.3
package enum ConnectReturnCode: UInt8, Sendable, Hashable, CaseIterable {
    case accepted = 0
    case unacceptableProtocolVersion = 1
    case identifierRejected = 2
    case serverUnavailable = 3
    case badUserNameOrPassword = 4
    case notAuthorized = 5
}

extension ReasonCode {
    /// The 3.x return code that tells a client the same; nil where 3.x has no word for it and the connection is
    /// closed without a CONNACK (a malformed CONNECT, for one).
    ///
    /// This is the only place where reason codes of 5.0 become return codes of 3.x.
    package var connectReturnCode: ConnectReturnCode? {
        switch self {
        case .success: .accepted
        case .unsupportedProtocolVersion: .unacceptableProtocolVersion
        case .clientIdentifierNotValid: .identifierRejected
        case .badUserNameOrPassword: .badUserNameOrPassword
        case .notAuthorized, .banned, .badAuthenticationMethod: .notAuthorized
        case .unspecifiedError, .implementationSpecificError, .serverUnavailable, .serverBusy, .quotaExceeded,
            .useAnotherServer, .serverMoved, .connectionRateExceeded:
            .serverUnavailable
        default: nil
        }
    }

    /// The reason code of 5.0 that says what a 3.x `code` says.
    package init(_ code: ConnectReturnCode) {
        switch code {
        case .accepted: self = .success
        case .unacceptableProtocolVersion: self = .unsupportedProtocolVersion
        case .identifierRejected: self = .clientIdentifierNotValid
        case .serverUnavailable: self = .serverUnavailable
        case .badUserNameOrPassword: self = .badUserNameOrPassword
        case .notAuthorized: self = .notAuthorized
        }
    }
}
