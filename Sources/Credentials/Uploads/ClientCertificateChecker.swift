package import FoundationEssentials
package import OpenSSL
package import Registry

/// A client certificate that may be registered: it verifies to a registered CA by the rules of the handshake.
package struct CheckedClientCertificate: Hashable, Sendable {
    /// Its facts.
    package let description: CertificateDescription
    /// The registered CA that its chain ends at.
    package let authority: Fingerprint
    /// What is odd about it.
    package let warnings: [CertificateWarning]

    /// What the registry is asked to take in.
    package func registration(clientID: ClientIdentifier? = nil, active: Bool = true) -> DeviceRegistration {
        DeviceRegistration(description, authority: authority, clientID: clientID, active: active)
    }
}

/// Checks client certificates against the registered CAs, outside handshakes: for uploads, and for imports of many.
///
/// Made for one state of the cluster; an inactive CA counts too, as its devices may be registered before it is switched on.
package struct ClientCertificateChecker: Sendable {
    private let authorities: [Fingerprint: RegisteredCA]
    private let anchors: [Certificate]
    private let revocations: RevocationIndex
    private let trust: TrustStore

    /// Parses every registered CA and its revocation list. Takes some milliseconds, and a microsecond for each revoked
    /// certificate.
    ///
    /// - Throws: `CredentialsError.unusableCA`, `.unusableRevocationList` or `.openSSLUnavailable`.
    package init(_ state: ClusterState) throws(CredentialsError) {
        let registered = state.authorities.values.sorted { $0.fingerprint < $1.fingerprint }
        var sources: [RevocationIndex.Source] = []
        var anchors: [Certificate] = []
        for authority in registered {
            let entry = try TrustedAuthorities.Entry(authority, until: nil, known: nil)
            anchors.append(entry.certificate)
            if let source = entry.source { sources.append(source) }
        }
        authorities = state.authorities
        self.anchors = anchors
        revocations = RevocationIndex(sources, anchors: anchors)
        trust = try Self.store(anchors, revocations)
    }

    /// Checks one certificate. Takes some tenths of a millisecond.
    ///
    /// - Parameters:
    ///   - intermediates: What stands between it and the CA, in any order.
    ///   - named: The CA that it must belong to; `nil`: whichever has issued it.
    /// - Throws: `ClientCertificateFailure` with the named reason.
    package func check(
        _ certificate: Certificate,
        intermediates: [Certificate] = [],
        authority named: Fingerprint? = nil,
        at now: Date
    ) throws(ClientCertificateFailure) -> CheckedClientCertificate {
        let facts = certificate.facts
        guard !facts.isCA else { throw .isAuthority(subject: facts.subject) }
        let store = try self.store(for: named)
        let chain: VerifiedChain
        do throws(ChainFailure) {
            // A certificate may be registered before it becomes valid.
            chain = try store.verify(leaf: certificate, intermediates: intermediates, at: max(now, facts.notBefore))
        } catch {
            throw .chain(error)
        }
        do throws(CredentialsError) {
            return CheckedClientCertificate(
                description: try CertificateDescription(facts),
                authority: chain.anchor,
                warnings: Self.lint(facts, at: now)
            )
        } catch {
            throw .facts(error)
        }
    }

    private func store(for named: Fingerprint?) throws(ClientCertificateFailure) -> TrustStore {
        guard let named else { return trust }
        guard authorities[named] != nil else { throw .authorityNotRegistered(named) }
        do throws(CredentialsError) {
            return try Self.store(anchors.filter { SHA256.hash($0.der) == named.bytes }, revocations)
        } catch {
            throw .facts(error)
        }
    }

    private static func store(
        _ anchors: [Certificate],
        _ revocations: RevocationIndex
    ) throws(CredentialsError) -> TrustStore {
        do {
            return try TrustStore(anchors: anchors, revocations: revocations)
        } catch {
            throw .openSSLUnavailable(error)
        }
    }

    private static func lint(_ facts: CertificateFacts, at now: Date) -> [CertificateWarning] {
        var warnings: [CertificateWarning] = []
        if now < facts.notBefore {
            warnings.append(.notYetValid(subject: facts.subject, notBefore: facts.notBefore))
        } else if facts.notAfter.timeIntervalSince(now) <= CertificateValidity.expiringWindow {
            warnings.append(.expiring(subject: facts.subject, notAfter: facts.notAfter))
        }
        if facts.extendedKeyUsages == nil { warnings.append(.purposeNotStated(subject: facts.subject)) }
        if facts.keyUsages?.contains(.keyCertSign) == true { warnings.append(.mayIssue(subject: facts.subject)) }
        return warnings
    }
}
