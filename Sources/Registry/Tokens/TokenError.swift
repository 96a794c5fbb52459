package import struct FoundationEssentials.Date

/// Why a change of the tokens is refused; each case carries what was compared. No case carries a secret.
package enum TokenError: Error, Hashable, Sendable {
    /// Another token has the name.
    case nameTaken(ObjectName, by: String)
    /// No token has the id or name.
    case noSuchToken(String)
    /// The token would be born expired.
    case expiryInThePast(Date, now: Date)
    /// Somebody would hand out more than they may do themselves.
    case roleAboveOwn(asked: Role, own: Role)
    /// As many tokens are there as may be.
    case limit(registered: Int, limit: Int)
    /// The system gave no random bytes.
    case noRandomness(reason: String)
    /// The store could not take the change.
    case storage(reason: String)

    /// What a caller can do about it; `nil`: nothing, it is the server's fault.
    package var kind: RegistryErrorKind? {
        switch self {
        case .nameTaken: .conflict
        case .noSuchToken: .notFound
        case .expiryInThePast, .roleAboveOwn: .badInput
        case .limit: .limitReached
        case .noRandomness, .storage: nil
        }
    }

    /// A stable name for programs.
    package var code: String {
        switch self {
        case .nameTaken: "token-name-taken"
        case .noSuchToken: "no-such-token"
        case .expiryInThePast: "token-expiry-in-the-past"
        case .roleAboveOwn: "token-role-above-own"
        case .limit: "token-limit"
        case .noRandomness: "token-randomness"
        case .storage: "token-storage"
        }
    }
}

extension TokenError: CustomStringConvertible {
    /// What was found, what was needed, what to do.
    package var description: String {
        switch self {
        case .nameTaken(let name, let id):
            "The token \(id) is called \(name) already. Take another name, or revoke that one first."
        case .noSuchToken(let reference):
            "There is no token \"\(reference.quotable)\". List them with `sluice tokens list`."
        case .expiryInThePast(let expiry, let now):
            "The token would expire at \(expiry.timestamp), and now is \(now.timestamp). Give a time to come."
        case .roleAboveOwn(let asked, let own):
            "A token with role \(asked) was asked for by a principal with role \(own). Ask for at most \(own)."
        case .limit(let registered, let limit):
            "Token limit reached: \(registered) tokens, \(limit) allowed. Revoke one that is not used any more."
        case .noRandomness(let reason):
            "The system gave no random bytes for a token: \(reason). Try again."
        case .storage(let reason):
            "The tokens could not be stored, nothing was changed: \(reason)"
        }
    }
}
