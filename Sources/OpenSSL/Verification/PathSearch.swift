import COpenSSL
import FoundationEssentials

/// Finds a valid path from a leaf to an anchor among all candidates: several CAs of one name, cross-signed ones,
/// intermediates that mislead.
///
/// Anchors come first at every step, so that what a device sends besides its leaf can help but never harm. Whoever
/// bears the issuer's name is a candidate; key identifiers only decide the order, signatures decide the matter.
struct PathSearch {
    private let store: TrustStore
    private let untrusted: [OpaquePointer]
    private let date: Date
    private let rules: ChainRules
    private var pathsJudged = 0
    private var signaturesTried = 0
    private var stepsTaken = 0
    private var failure: ChainFailure?

    /// Certificates in a path, leaf and anchor included.
    static let maximumPathLength = 8
    /// Complete paths that are judged for one leaf.
    static let maximumPaths = 32
    /// Signature checks spent on telling anchors of one name apart: each of 32 anchors at two steps.
    static let maximumSignatures = 64
    /// Certificates looked above for one leaf. Certificates of one name that each name another as its issuer make more
    /// ways than could ever be walked, even when none of them leads to an anchor.
    static let maximumSteps = 64

    init(in store: TrustStore, untrusted: [OpaquePointer], at date: Date, rules: ChainRules) {
        self.store = store
        self.untrusted = untrusted
        self.date = date
        self.rules = rules
    }

    /// The first path that OpenSSL accepts; the failure of the path that came furthest otherwise.
    mutating func verify(leaf: OpaquePointer) throws(ChainFailure) -> VerifiedChain {
        var path = [leaf]
        if let chain = extend(&path) { return chain }
        throw failure
            ?? .unknownIssuer(
                subject: DistinguishedName.text(of: X509_get_subject_name(leaf)),
                issuer: DistinguishedName.text(of: X509_get_issuer_name(leaf)),
                depth: 0
            )
    }

    private mutating func extend(_ path: inout [OpaquePointer]) -> VerifiedChain? {
        // The caller never passes an empty path.
        guard let subject = path.last, path.count < PathSearch.maximumPathLength else { return nil }
        guard stepsTaken < PathSearch.maximumSteps else {
            note(.tooManyPaths(tried: pathsJudged))
            return nil
        }
        stepsTaken += 1
        for index in anchorsThatSigned(subject, depth: path.count - 1) {
            guard pathsJudged < PathSearch.maximumPaths else {
                note(.tooManyPaths(tried: pathsJudged))
                return nil
            }
            if let chain = judge(path + [store.parsedAnchors[index]], anchor: index) { return chain }
        }
        let issuers = untrusted.filter { isNamedIssuer($0, of: subject) && !contains(path, $0) }
        if issuers.isEmpty {
            note(
                .unknownIssuer(
                    subject: DistinguishedName.text(of: X509_get_subject_name(subject)),
                    issuer: DistinguishedName.text(of: X509_get_issuer_name(subject)),
                    depth: path.count - 1
                )
            )
        }
        for issuer in issuers where pathsJudged < PathSearch.maximumPaths {
            path.append(issuer)
            defer { path.removeLast() }
            if let chain = extend(&path) { return chain }
        }
        return nil
    }

    private mutating func judge(_ certificates: [OpaquePointer], anchor: Int) -> VerifiedChain? {
        pathsJudged += 1
        do throws(ChainFailure) {
            try CandidatePath(certificates: certificates, store: store, date: date, rules: rules).judge()
            let chain = VerifiedChain(path: certificates, anchorFingerprint: store.anchorFingerprints[anchor])
            try store.revocations.check(chain, at: date) {
                DistinguishedName.text(of: X509_get_subject_name(certificates[$0]))
            }
            return chain
        } catch {
            note(error)
            return nil
        }
    }

    /// Anchors of the issuer's name, likeliest first. Where there is one, the judge checks its signature; among
    /// several, only those whose key really signed are worth judging.
    private mutating func anchorsThatSigned(_ subject: OpaquePointer, depth: Int) -> [Int] {
        let named = store.parsedAnchors.indices.filter {
            isTrusted(store.anchors[$0]) && isNamedIssuer(store.parsedAnchors[$0], of: subject)
        }
        guard named.count > 1 else { return named }
        let ordered =
            named.filter { hasKeyIdentifier(store.parsedAnchors[$0], of: subject) }
            + named.filter { !hasKeyIdentifier(store.parsedAnchors[$0], of: subject) }
        var signers: [Int] = []
        for index in ordered where signaturesTried < PathSearch.maximumSignatures {
            signaturesTried += 1
            if X509_verify(subject, X509_get0_pubkey(store.parsedAnchors[index])) == 1 { signers.append(index) }
        }
        ErrorQueue.clear()
        if signers.isEmpty {
            note(
                .badSignature(
                    subject: DistinguishedName.text(of: X509_get_subject_name(subject)),
                    issuer: DistinguishedName.text(of: X509_get_issuer_name(subject)),
                    depth: depth
                )
            )
        }
        return signers
    }

    private func isTrusted(_ anchor: TrustStore.Anchor) -> Bool {
        anchor.until.map { date < $0 } ?? true
    }

    private func isNamedIssuer(_ issuer: OpaquePointer, of subject: OpaquePointer) -> Bool {
        X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(subject)) == 0
    }

    private func hasKeyIdentifier(_ issuer: OpaquePointer, of subject: OpaquePointer) -> Bool {
        guard let wanted = X509_get0_authority_key_id(subject), let found = X509_get0_subject_key_id(issuer) else {
            return false
        }
        return ASN1_OCTET_STRING_cmp(wanted, found) == 0
    }

    private func contains(_ path: [OpaquePointer], _ certificate: OpaquePointer) -> Bool {
        path.contains { $0 == certificate || X509_cmp($0, certificate) == 0 }
    }

    /// Keeps the failure that tells most: of the path that came furthest, the first one among equals.
    private mutating func note(_ candidate: ChainFailure) {
        guard let known = failure else {
            failure = candidate
            return
        }
        if candidate.progress > known.progress { failure = candidate }
    }
}

extension ChainFailure {
    /// How far a path with this failure came.
    fileprivate var progress: Int {
        switch self {
        case .unknownIssuer: 0
        case .tooManyPaths: 1
        case .badSignature: 2
        case .notAnAuthority, .pathLengthExceeded, .nameConstraintsViolated, .unusableExtension, .other: 3
        case .wrongPurpose, .weakKey, .weakSignature, .notYetValid, .expired, .revocationListStale,
            .revocationListMissing:
            4
        case .revoked: 5
        }
    }
}
