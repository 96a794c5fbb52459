package import FoundationEssentials

/// What a stale revocation list comes to.
package enum StaleListRule: Sendable, Hashable {
    /// Nobody of the CA gets in until there is a newer list.
    case refuse
    /// Who is not on the list gets in.
    case accept
}

/// The revocation lists of a set of CAs: asked after every handshake, resumed ones too. Immutable; one serves all threads.
package final class RevocationIndex: Sendable {
    /// A CA with its list.
    package struct Source: Sendable {
        let authority: Certificate
        let content: Content

        enum Content: Sendable {
            case list(CertificateRevocationList, onStale: StaleListRule)
            case awaited(file: String)
        }

        /// The list must be the CA's own: see ``CertificateRevocationList/checkIssued(by:)``.
        package init(authority: Certificate, list: CertificateRevocationList, onStale: StaleListRule) {
            self.authority = authority
            content = .list(list, onStale: onStale)
        }

        /// A CA whose devices are not let in before its list has been read from a file.
        package init(authority: Certificate, awaitingListIn file: String) {
            self.authority = authority
            content = .awaited(file: file)
        }

        var isAwaited: Bool { if case .awaited = content { true } else { false } }
    }

    /// No lists at all: everybody passes.
    package static let none = RevocationIndex([], anchors: [])

    private let byAnchor: [[UInt8]: [Source]]
    private let byIdentity: [AuthorityIdentity: [Source]]

    /// Indexes the lists.
    ///
    /// - Parameters:
    ///   - sources: CAs with their lists.
    ///   - anchors: All trusted CAs. One of the same name and key as a CA with a list (the same CA, renewed or
    ///     cross-signed) shares the list.
    package init(_ sources: [Source], anchors: [Certificate]) {
        let byIdentity = Dictionary(grouping: sources) { AuthorityIdentity(of: $0.authority) }.mapValues { sources in
            // The list of the same CA in another certificate is its own.
            sources.allSatisfy(\.isAwaited) ? sources : sources.filter { !$0.isAwaited }
        }
        var byAnchor: [[UInt8]: [Source]] = [:]
        if !sources.isEmpty {
            for anchor in anchors { byAnchor[SHA256.hash(anchor.der)] = byIdentity[AuthorityIdentity(of: anchor)] }
        }
        self.byIdentity = byIdentity
        self.byAnchor = byAnchor
    }

    /// Without any list there is nothing to look up.
    package var isEmpty: Bool { byIdentity.isEmpty }

    /// Is every certificate of a verified chain still in force?
    ///
    /// - Parameters:
    ///   - subjects: The certificates' names where they are at hand, the leaf's first; else the serial number stands
    ///     for the name.
    /// - Throws: `ChainFailure.revoked`, `.revocationListStale` or `.revocationListMissing`.
    package func check(
        _ chain: VerifiedChain,
        at now: Date,
        subjects: (_ depth: Int) -> String? = { _ in nil }
    ) throws(ChainFailure) {
        guard !isEmpty else { return }
        let depth = chain.intermediates.count
        for position in 0...depth {
            let serial = position == 0 ? chain.leafSerial : chain.intermediates[position - 1].serial
            let sources =
                position == depth
                ? byAnchor[chain.anchorFingerprint] : byIdentity[chain.intermediates[position].identity]
            for source in sources ?? [] {
                let subject = subjects(position) ?? "the certificate with serial \(serial)"
                try source.check(serial, subject, depth: position, at: now)
            }
        }
    }
}

extension RevocationIndex.Source {
    fileprivate func check(
        _ serial: CertificateSerial,
        _ subject: String,
        depth: Int,
        at now: Date
    ) throws(ChainFailure) {
        let (list, onStale): (CertificateRevocationList, StaleListRule)
        switch content {
        case .list(let found, let rule): (list, onStale) = (found, rule)
        case .awaited(let file):
            throw .revocationListMissing(
                subject: subject,
                authority: authority.facts.subject,
                file: file,
                depth: depth
            )
        }
        if let revocation = list.revocation(of: serial) {
            throw .revoked(
                subject: subject,
                serial: serial.description,
                at: revocation.date,
                reason: revocation.reason,
                depth: depth
            )
        }
        if onStale == .refuse, let nextUpdate = list.nextUpdate, list.isStale(at: now) {
            throw .revocationListStale(
                subject: subject,
                authority: list.issuer,
                nextUpdate: nextUpdate,
                now: now,
                depth: depth
            )
        }
    }
}
