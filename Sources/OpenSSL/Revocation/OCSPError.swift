package import FoundationEssentials

/// Why an OCSP response cannot be shown with a certificate.
package enum OCSPError: Error, Sendable, Hashable {
    /// More bytes than are read.
    case tooLarge(bytes: Int, limit: Int)
    /// No response in DER.
    case unreadable(OpenSSLError)
    /// The responder did not answer, and says why ("trylater").
    case refused(by: String)
    /// It answers for other certificates.
    case otherCertificate(neededSerial: String, answers: Int)
    /// Neither the certificate's issuer nor a responder of its own signed it.
    case badSignature(reasons: [LibraryReason])
    /// The certificate is revoked, or the responder does not know it.
    case notGood(OCSPResponse.Status)
    /// It begins to hold in the future.
    case notYetValid(thisUpdate: Date, now: Date)
    /// It is past its end.
    case expired(nextUpdate: Date, now: Date)
}

extension OCSPError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let bytes, let limit):
            "The OCSP response has \(bytes) bytes, \(limit) are allowed."
        case .unreadable(let error):
            "The OCSP response cannot be read: \(error)"
        case .refused(let words):
            "The responder gave no answer but \"\(words)\". Ask it again."
        case .otherCertificate(let serial, let answers):
            "The OCSP response answers for \(answers) certificates, none of which has serial \(serial) and the same issuer. "
                + "Ask the responder for this certificate."
        case .badSignature(let reasons):
            "The OCSP response is not signed by the certificate's issuer: "
                + "\(reasons.map(\.description).joined(separator: "; "))."
        case .notGood(let status):
            "The OCSP response says \(status), good is needed. It is not shown."
        case .notYetValid(let thisUpdate, let now):
            "The OCSP response holds from \(thisUpdate.formatted(.iso8601)) on, now is \(now.formatted(.iso8601)). "
                + "Check the clocks."
        case .expired(let nextUpdate, let now):
            "The OCSP response was good until \(nextUpdate.formatted(.iso8601)), now is \(now.formatted(.iso8601)). "
                + "Ask the responder again."
        }
    }
}
