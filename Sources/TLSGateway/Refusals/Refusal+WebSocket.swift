import WebSocket

extension Refusal {
    /// The HTTP answer to a client that is refused before its WebSocket has begun; `nil` where the connection is closed
    /// without one.
    var upgradeAnswer: [UInt8]? {
        switch self {
        case .upgradeRefused(let failure): UpgradeResponse.refusing(failure)
        case .upgradeTimedOut: UpgradeResponse.refusing(.requestTimeout, finding)
        case .shuttingDown: UpgradeResponse.refusing(.unavailable, finding)
        default: nil
        }
    }

    /// What the Close frame says to a client that is refused after that.
    var closeCode: CloseCode {
        if case .shuttingDown = self { return .goingAway }
        return switch reason.row.fault {
        case .peerMisbehaved: .protocolError
        case .peerNotAllowed: .policyViolation
        case .unavailable: .internalError
        }
    }

    /// The name in the table for what is wrong with a request to upgrade.
    static func reason(of failure: UpgradeFailure) -> Reason {
        switch failure {
        case .notHTTP, .malformed, .versionNotSpoken, .bytesBehindRequest, .keyUnusable: .upgradeMalformed
        case .tooLong: .upgradeTooLarge
        case .pathUnknown: .upgradePathUnknown
        case .methodNotAllowed, .notAnUpgrade: .upgradeMissing
        case .webSocketVersion: .upgradeVersionUnknown
        case .originNotAllowed: .originNotAllowed
        case .subprotocolMissing: .subprotocolMissing
        }
    }
}
