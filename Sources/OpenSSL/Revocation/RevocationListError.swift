package import FoundationEssentials

/// Why a certificate revocation list cannot be used.
package enum RevocationListError: Error, Sendable, Hashable {
    /// More bytes than are read.
    case tooLarge(bytes: Int, limit: Int)
    /// No list in PEM or DER.
    case unreadable(OpenSSLError)
    /// Several lists in one file.
    case several(found: Int)
    /// Only the changes since another list (RFC 5280 § 5.2.4).
    case delta
    /// Certificates of several issuers in one list (RFC 5280 § 5.2.5).
    case indirect
    /// Only some certificates or reasons (RFC 5280 § 5.2.5).
    case partial(covers: String)
    /// A critical extension that says something about the list that is not understood here.
    case unusableExtension(String)
    /// The list is another issuer's.
    case wrongIssuer(found: String, needed: String)
    /// The CA of the name did not sign the list.
    case badSignature(authority: String)
    /// The list begins to hold in the future.
    case notYetValid(thisUpdate: Date, now: Date)
    /// The list is past its end already.
    case stale(nextUpdate: Date, now: Date)
}

extension RevocationListError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let bytes, let limit):
            "The revocation list has \(bytes) bytes, \(limit) are allowed. Have the CA leave expired certificates out."
        case .unreadable(let error):
            "The revocation list cannot be read: \(error)"
        case .several(let found):
            "The file holds \(found) revocation lists, one is needed. Give each CA its own."
        case .delta:
            "This is a delta list with only the changes since another one; a complete list is needed. Ask the CA for that."
        case .indirect:
            "This list is indirect, it revokes other issuers' certificates too; the CA's own list is needed."
        case .partial(let covers):
            "The list covers \(covers) only; one for all of the CA's device certificates is needed."
        case .unusableExtension(let name):
            "The list has a critical extension that is not understood here: \(name). A plain list is needed."
        case .wrongIssuer(let found, let needed):
            "The list is from \(found), one from \(needed) is needed. Was the right file given?"
        case .badSignature(let authority):
            "The list bears the name of \(authority), but that CA's key did not sign it."
        case .notYetValid(let thisUpdate, let now):
            "The list holds from \(utc(thisUpdate)) on, now is \(utc(now)). Check the clocks."
        case .stale(let nextUpdate, let now):
            "The list was good until \(utc(nextUpdate)), now is \(utc(now)). Give the CA's newest one."
        }
    }

    private func utc(_ date: Date) -> String {
        date.formatted(.iso8601)
    }
}
