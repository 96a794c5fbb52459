package import FoundationEssentials

/// Why a CA revoked a certificate (CRLReason, RFC 5280 § 5.3.1).
package enum RevocationReason: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Not told.
    case unspecified = 0
    /// The key is known, or believed to be known, to others.
    case keyCompromise = 1
    /// The CA's own key is.
    case authorityCompromise = 2
    /// The name or other facts have changed.
    case affiliationChanged = 3
    /// A newer certificate took its place.
    case superseded = 4
    /// It is not needed any more.
    case cessationOfOperation = 5
    /// Suspended: it counts as revoked as long as the list says so.
    case certificateHold = 6
    /// A right that it stated was taken away.
    case privilegeWithdrawn = 9
    /// The key of an attribute authority is known to others.
    case attributeAuthorityCompromise = 10

    package var description: String {
        switch self {
        case .unspecified: "no reason given"
        case .keyCompromise: "key compromise"
        case .authorityCompromise: "CA compromise"
        case .affiliationChanged: "affiliation changed"
        case .superseded: "superseded"
        case .cessationOfOperation: "cessation of operation"
        case .certificateHold: "on hold"
        case .privilegeWithdrawn: "privilege withdrawn"
        case .attributeAuthorityCompromise: "attribute authority compromise"
        }
    }
}

/// When and why a certificate was revoked, to the second.
package struct Revocation: Sendable, Hashable {
    /// Whole seconds since 1970; enough until 2106, and half the size of a date: a list may hold 100,000.
    private let seconds: UInt32
    /// Why.
    package let reason: RevocationReason

    init(at date: Date, reason: RevocationReason) {
        seconds = UInt32(clamping: Int64(date.timeIntervalSince1970))
        self.reason = reason
    }

    /// The date that the list names.
    package var date: Date { Date(timeIntervalSince1970: TimeInterval(seconds)) }
}
