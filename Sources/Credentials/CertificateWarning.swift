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
        case .notForClients(let subject, let found):
            "\(subject) is for \(found.joined(separator: ", ")) only: devices that it issued are refused"
        }
    }
}
