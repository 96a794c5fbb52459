package import FoundationEssentials
package import OpenSSL
package import Registry

/// Proof that whoever registers a CA holds its key: a certificate that the CA signed over a code that was given out just
/// now, as its common name.
package struct ProofOfPossession: Hashable, Sendable {
    /// The CAs that are proved.
    package let authorities: [Fingerprint]

    /// The most that is read of verification certificates, in bytes.
    package static let maximumBytes = 256 * 1024

    /// Checks verification certificates: one for each CA of the upload, in any order.
    ///
    /// - Parameters:
    ///   - bytes: PEM of one or more certificates, or the DER of one.
    ///   - upload: The CAs that are to be registered.
    ///   - code: The registration code. Whether it was given out, and is still good, is the registry's to say.
    /// - Throws: `ProofFailure` with the named reason.
    package init(
        _ bytes: [UInt8],
        for upload: CAUpload,
        code: String,
        at now: Date
    ) throws(ProofFailure) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge(bytes: bytes.count, limit: Self.maximumBytes) }
        let certificates: [Certificate]
        do throws(OpenSSLError) {
            certificates = try CertificateBundle.read(bytes)
        } catch {
            throw .unreadable(error)
        }
        var proved: [Fingerprint] = []
        for authority in upload.authorities {
            try Self.prove(authority, by: certificates, code, now)
            proved.append(authority.description.fingerprint)
        }
        authorities = proved
    }

    private static func prove(
        _ authority: CAUpload.Authority,
        by certificates: [Certificate],
        _ code: String,
        _ now: Date
    ) throws(ProofFailure) {
        let subject = authority.description.subject
        let signed = certificates.filter { $0.isSigned(by: authority.certificate) }
        // The CA's own certificate, self-signed, proves nothing: everybody has it.
        guard let proof = signed.first(where: { $0 != authority.certificate }) else {
            throw .notSigned(by: subject, found: certificates.map(\.description))
        }
        let facts = proof.facts
        guard let found = facts.commonName else { throw .codeMissing(authority: subject) }
        guard ConstantTime.equal(Array(found.utf8), Array(code.utf8)) else {
            throw .otherCode(authority: subject, found: found)
        }
        guard now >= facts.notBefore else { throw .notYetValid(notBefore: facts.notBefore, now: now) }
        guard now < facts.notAfter else { throw .expired(notAfter: facts.notAfter, now: now) }
    }
}

/// Why a verification certificate proves nothing.
package enum ProofFailure: Error, Hashable, Sendable {
    /// More bytes than are read.
    case tooLarge(bytes: Int, limit: Int)
    /// No certificate in PEM or DER.
    case unreadable(OpenSSLError)
    /// None of the certificates is signed by the CA's key.
    case notSigned(by: String, found: [String])
    /// The verification certificate has no common name.
    case codeMissing(authority: String)
    /// The verification certificate is about another code.
    case otherCode(authority: String, found: String)
    /// It is not valid yet.
    case notYetValid(notBefore: Date, now: Date)
    /// It has expired.
    case expired(notAfter: Date, now: Date)
}

extension ProofFailure {
    /// A stable name for programs, such as `proof-not-signed`.
    package var code: String {
        switch self {
        case .tooLarge: "proof-too-large"
        case .unreadable: "proof-unreadable"
        case .notSigned: "proof-not-signed"
        case .codeMissing: "proof-code-missing"
        case .otherCode: "proof-other-code"
        case .notYetValid: "proof-not-yet-valid"
        case .expired: "proof-expired"
        }
    }
}

extension ProofFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let bytes, let limit):
            "The verification certificate has \(bytes) bytes, \(limit) are allowed."
        case .unreadable(let error):
            "The verification certificate cannot be read: \(error)"
        case .notSigned(let authority, let found):
            "No verification certificate is signed by \(authority) (found \(found.prefix(3).joined(separator: "; ").quotable)). "
                + "Sign one with that CA's key."
        case .codeMissing(let authority):
            "The verification certificate from \(authority) has no common name; the registration code is needed there."
        case .otherCode(let authority, let found):
            "The verification certificate from \(authority) is for \"\(found.quotable)\", not for the registration code. "
                + "Get a code: sluice ca-certs code"
        case .notYetValid(let notBefore, let now):
            "The verification certificate is valid from \(notBefore.timestamp) on, now is \(now.timestamp). Check the clocks."
        case .expired(let notAfter, let now):
            "The verification certificate was valid until \(notAfter.timestamp), now is \(now.timestamp). Sign a new one."
        }
    }
}
