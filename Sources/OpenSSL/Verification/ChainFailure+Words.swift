import FoundationEssentials

extension ChainFailure: CustomStringConvertible {
    /// What was found and what was needed, then what to do about it.
    package var description: String { "\(finding) \(remedy)" }
}

extension ChainFailure {
    /// What is wrong with the chain, and what was needed.
    package var finding: String {
        switch self {
        case .unknownIssuer(let subject, let issuer, _):
            "\(subject) is issued by \(issuer), which is not a registered CA."
        case .badSignature(let subject, let issuer, _):
            "\(subject) names \(issuer) as its issuer, but no registered CA of that name has signed it."
        case .expired(let subject, let notAfter, let now, _):
            "\(subject) was valid until \(notAfter.ISO8601Format()), it is \(now.ISO8601Format())."
        case .notYetValid(let subject, let notBefore, let now, _):
            "\(subject) is valid from \(notBefore.ISO8601Format()) on, it is \(now.ISO8601Format())."
        case .wrongPurpose(let subject, let usages, _) where usages.isEmpty:
            "The key usage of \(subject) does not allow signing a handshake, digitalSignature is needed."
        case .wrongPurpose(let subject, let usages, _):
            "\(subject) is for \(usages.joined(separator: ", ")), clientAuth is needed."
        case .notAnAuthority(let subject, _):
            "\(subject) is no CA certificate, but has issued one of the chain."
        case .pathLengthExceeded(let subject, let allowed, _):
            "\(subject) allows \(allowed) intermediates below it, the chain has more."
        case .nameConstraintsViolated(let subject, _):
            "\(subject) bears a name that its CA's name constraints do not allow."
        case .weakKey(let subject, let found, let needed, _):
            "\(subject) has a key of \(found), \(needed) is needed."
        case .weakSignature(let subject, let digest, _):
            "\(subject) is signed with \(digest), SHA-256 or better is needed."
        case .unusableExtension(let subject, let reason, _):
            "\(subject) has an extension that cannot be used: \(reason)."
        case .revoked(let subject, let serial, let date, let reason, _):
            "\(subject), serial \(serial), was revoked by its CA at \(date.ISO8601Format()): \(reason)."
        case .revocationListStale(let subject, let authority, let nextUpdate, let now, _):
            """
            \(subject) cannot be checked: the revocation list of \(authority) was good until \
            \(nextUpdate.ISO8601Format()), it is \(now.ISO8601Format()), and that CA fails hard.
            """
        case .revocationListMissing(let subject, let authority, let file, _):
            "\(subject) cannot be checked: the revocation list of \(authority) was never read from \(file), and that CA fails hard."
        case .tooManyPaths(let tried):
            "No valid chain is among the ways tried, \(tried) of which reach a registered CA."
        case .other(let subject, let code, let reason, _):
            "\(subject) is refused: \(reason) (X509 error \(code))."
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .unknownIssuer:
            "Register that CA, have the device send its intermediates, or give it another certificate."
        case .badSignature: "Give the device a certificate that a registered CA has really signed."
        case .expired: "Renew it."
        case .notYetValid: "Check the clocks of device, CA and this node."
        case .wrongPurpose: "Issue it again for clientAuth with digitalSignature."
        case .notAnAuthority: "Have the device send its own CA's certificates as intermediates."
        case .pathLengthExceeded: "Issue the device's certificate from a higher CA, or register the intermediate."
        case .nameConstraintsViolated: "Issue it under a name that the CA may give."
        case .weakKey: "Issue it for a stronger key."
        case .weakSignature: "Issue it again with a better digest."
        case .unusableExtension, .other: "Issue it again without what is refused."
        case .revoked: "Give the device a new certificate."
        case .revocationListStale: "Give the node that CA's newer list, or set the CA to fail soft."
        case .revocationListMissing: "Put that CA's list into the file, or set the CA to fail soft."
        case .tooManyPaths: "Have the device send its own certificate and its intermediates alone."
        }
    }
}
