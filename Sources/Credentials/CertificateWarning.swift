package import FoundationEssentials
import Registry

/// What is odd about an uploaded certificate, though no reason to refuse it.
package enum CertificateWarning: Hashable, Sendable {
    /// The certificates came in another order than a server sends them; they were put right.
    case reordered
    /// A certificate stood in the upload more than once.
    case duplicate(subject: String)
    /// A self-signed root is sent along, which no client needs.
    case rootIncluded(subject: String)
    /// Validity has not begun.
    case notYetValid(subject: String, notBefore: Date)
    /// Validity ends within 30 days.
    case expiring(subject: String, notAfter: Date)
    /// Names in the certificate that no client could ask for.
    case unusableNames([String])
    /// A server certificate that is a CA's.
    case leafIsCA(subject: String)
    /// Signed with a digest that modern clients refuse.
    case weakSignature(subject: String, digest: String)
    /// Registered as a CA, but the certificate says that it is none.
    case notACA(subject: String)
    /// A CA that may not sign certificates by its key usage.
    case cannotSign(subject: String)
    /// A revocation list past its end.
    case staleList(issuer: String, nextUpdate: Date)
    /// A revocation list that never gets stale.
    case listWithoutEnd(issuer: String)
    /// A revocation list signed with a broken digest.
    case weaklySignedList(issuer: String, digest: String)
    /// A CA that may not sign revocation lists by its key usage, and does.
    case cannotSignLists(subject: String)
    /// A device certificate that says nothing of what it is for.
    case purposeNotStated(subject: String)
    /// A device certificate that may sign certificates by its key usage.
    case mayIssue(subject: String)
    /// A CA that is for other purposes than client authentication.
    case notForClients(subject: String, found: [String])
}

extension CertificateWarning: CustomStringConvertible {
    package var description: String {
        switch self {
        case .reordered:
            "the certificates were not in chain order and have been put into it"
        case .duplicate(let subject):
            "the certificate of \(subject) stands there more than once"
        case .rootIncluded(let subject):
            "the self-signed certificate of \(subject) is sent to every client, which needs it from elsewhere anyway"
        case .notYetValid(let subject, let notBefore):
            "the certificate of \(subject) is valid only from \(notBefore.timestamp)"
        case .expiring(let subject, let notAfter):
            "the certificate of \(subject) expires at \(notAfter.timestamp)"
        case .unusableNames(let names):
            "no client can ask for \(names.prefix(3).map { "\"\($0.quotable)\"" }.joined(separator: ", "))"
        case .leafIsCA(let subject):
            "the server certificate of \(subject) is a CA certificate"
        case .weakSignature(let subject, let digest):
            "the certificate of \(subject) is signed with \(digest), which modern clients refuse"
        case .notACA(let subject):
            "\(subject) is no CA certificate by its basic constraints: devices that it issued are refused"
        case .cannotSign(let subject):
            "the key usage of \(subject) lacks keyCertSign: devices that it issued are refused"
        case .staleList(let issuer, let nextUpdate):
            "the revocation list of \(issuer) was good until \(nextUpdate.timestamp)"
        case .listWithoutEnd(let issuer):
            "the revocation list of \(issuer) names no next one: nobody will notice when it gets old"
        case .weaklySignedList(let issuer, let digest):
            "the revocation list of \(issuer) is signed with \(digest)"
        case .cannotSignLists(let subject):
            "the key usage of \(subject) lacks cRLSign, its revocation list is taken nevertheless"
        case .purposeNotStated(let subject):
            "the certificate of \(subject) has no extended key usage, clientAuth would be clearer"
        case .mayIssue(let subject):
            "the certificate of \(subject) has keyCertSign in its key usage, though it is no CA's"
        case .notForClients(let subject, let found):
            "\(subject) is for \(found.joined(separator: ", ")) only: devices that it issued are refused"
        }
    }
}
