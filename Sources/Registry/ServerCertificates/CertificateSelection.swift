/// What a client gets that names nobody, or a name that no slot serves: an access point's `unknownSNI`.
package enum UnknownServerNamePolicy: String, Hashable, Sendable, CaseIterable {
    /// The default server certificate, if it is enabled.
    case `default`
    /// The alert unrecognized_name.
    case reject
}

/// The key families that a client can verify, by its signature algorithms and cipher suites.
package struct AcceptableKeys: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// ECDSA signatures.
    package static let ecdsa = AcceptableKeys(rawValue: 1)
    /// Ed25519 signatures.
    package static let ed25519 = AcceptableKeys(rawValue: 2)
    /// RSA signatures or RSA key exchange.
    package static let rsa = AcceptableKeys(rawValue: 4)
    /// For a client that does not say.
    package static let any: AcceptableKeys = [.ecdsa, .ed25519, .rsa]

    /// Whether a key of this family can be used.
    package func accept(_ family: KeyFamily) -> Bool {
        switch family {
        case .ecdsa: contains(.ecdsa)
        case .ed25519: contains(.ed25519)
        case .rsa: contains(.rsa)
        case .other: false
        }
    }
}

/// Which server certificate answers a client hello.
package enum CertificateChoice: Hashable, Sendable {
    /// Serve from this slot.
    case slot(ServerCertificateSlot, match: Match)
    /// Refuse with the alert unrecognized_name.
    case refused(Refusal)

    /// How the name led to the slot.
    package enum Match: String, Hashable, Sendable {
        /// A name of the certificate, letter by letter.
        case exact
        /// A `*.` name of the certificate.
        case wildcard
        /// No name matched, or none was given.
        case `default`
    }

    /// Why no certificate answers.
    package enum Refusal: Hashable, Sendable {
        /// The name's certificate was unbound.
        case retired(DomainName)
        /// No slot serves the name, and the default does not stand in.
        case unknown(DomainName)
        /// The client named nobody, and the default does not stand in.
        case unnamed
        /// The client sent bytes that are no name, and the default does not stand in.
        case malformed
    }
}

/// Finds the server certificate for a name: exact over wildcard over default, in two hash probes.
///
/// Built once for a `ClusterState`, immutable, used from every reactor. A name costs one hash probe for itself and one
/// for its parent under `*.`, and two more into the retired names only when neither is served.
package struct CertificateSelection: Sendable {
    /// The slots that serve one name, the preferred key family first.
    private typealias Candidates = [(family: KeyFamily, slot: ServerCertificateSlot)]

    private var exact: [String: Candidates] = [:]
    /// Keyed by what follows `*.`.
    private var wildcard: [String: Candidates] = [:]
    private let retired: RetiredNames
    private let servesDefault: Bool

    /// Indexes the names of every slot that is switched on.
    package init(_ state: ClusterState) {
        retired = state.retired
        servesDefault = state.defaultEnabled && state.certificate(in: .default) != nil
        for slot in state.slots.keys.sorted() where slot.isCustom || state.defaultEnabled {
            guard let certificate = state.certificate(in: slot)?.certificate else { continue }
            let candidate = (family: certificate.key.family, slot: slot)
            for name in certificate.names {
                if name.isWildcard, let parent = name.parent {
                    wildcard[parent.text, default: []].append(candidate)
                } else {
                    exact[name.text, default: []].append(candidate)
                }
            }
        }
        // Stable order within a family is slot order; the rules allow one slot per name and family anyway.
        exact = exact.mapValues { $0.sorted { $0.family < $1.family } }
        wildcard = wildcard.mapValues { $0.sorted { $0.family < $1.family } }
    }

    /// Chooses for one client hello. Does not block; costs at most four hash probes.
    package func choose(
        _ indication: ServerNameIndication,
        acceptableKeys: AcceptableKeys = .any,
        unknown policy: UnknownServerNamePolicy = .default
    ) -> CertificateChoice {
        switch indication.request {
        case .unnamed: standIn(for: .unnamed, policy)
        case .malformed: standIn(for: .malformed, policy)
        case .name(let name): choose(name, acceptableKeys, policy)
        }
    }

    private func choose(
        _ name: DomainName,
        _ acceptableKeys: AcceptableKeys,
        _ policy: UnknownServerNamePolicy
    ) -> CertificateChoice {
        if let slot = Self.preferred(exact[name.text], acceptableKeys) { return .slot(slot, match: .exact) }
        if let parent = name.parent, let slot = Self.preferred(wildcard[parent.text], acceptableKeys) {
            return .slot(slot, match: .wildcard)
        }
        if retired.refuses(name) { return .refused(.retired(name)) }
        return standIn(for: .unknown(name), policy)
    }

    private func standIn(
        for refusal: CertificateChoice.Refusal,
        _ policy: UnknownServerNamePolicy
    ) -> CertificateChoice {
        servesDefault && policy == .default ? .slot(.default, match: .default) : .refused(refusal)
    }

    /// The first slot that the client can verify; if it can verify none, the first of all, so that OpenSSL says why not.
    private static func preferred(_ candidates: Candidates?, _ keys: AcceptableKeys) -> ServerCertificateSlot? {
        guard let candidates else { return nil }
        return (candidates.first { keys.accept($0.family) } ?? candidates.first)?.slot
    }
}
