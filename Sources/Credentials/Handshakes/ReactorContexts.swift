package import OpenSSL
package import Registry

/// What the handshakes of one reactor use: contexts and anchors made in its own library context.
package struct ReactorContexts: Sendable {
    /// The trusted CAs. With none, every client certificate is refused.
    package let trust: TrustStore
    /// A context to begin a handshake in, before the client has named a server; `nil` while no certificate serves.
    package let entry: TLSContext?
    private let contexts: [SlotGroup: TLSContext]
    private let authorities: TrustedAuthorities
    private let made: [[Fingerprint]: Made]

    /// A context, with what it was made of.
    private struct Made: Sendable {
        let hosted: [HostedCertificate]
        let anchors: [[UInt8]]
        let context: TLSContext
    }

    /// Builds a context for each group, and one trust store for them all.
    ///
    /// - Parameter known: Those of the last catalog on this reactor; what is the same is taken over.
    init(
        _ groups: Set<SlotGroup>,
        _ identities: ServerIdentities,
        _ authorities: TrustedAuthorities,
        _ environment: HandshakeEnvironment,
        _ library: LibraryContext,
        known: ReactorContexts?
    ) throws(CredentialsError) {
        trust = try Self.trust(authorities, library, known)
        let options = ServerOptions(
            clientAuthorities: trust,
            sessionCache: environment.sessionCache,
            clock: environment.clock
        )
        var contexts: [SlotGroup: TLSContext] = [:]
        var made: [[Fingerprint]: Made] = [:]
        for group in groups {
            let served = identities.members(of: group)
            let name = served.map(\.hosted.fingerprint)
            let hosted = served.map(\.hosted)
            if let old = made[name] ?? known?.made[name], old.hosted == hosted,
                old.anchors == trust.anchorFingerprints
            {
                made[name] = old
                contexts[group] = old.context
                continue
            }
            do {
                let context = try TLSContext(server: served.map(\.identity), options: options, in: library)
                made[name] = Made(hosted: hosted, anchors: trust.anchorFingerprints, context: context)
                contexts[group] = context
            } catch {
                throw .unusableCertificates(group, error)
            }
        }
        self.contexts = contexts
        self.made = made
        self.authorities = authorities
        entry = contexts.min { $0.key.preferred < $1.key.preferred }?.value
    }

    /// The context that serves the certificates of a group of slots; `nil` only for a group that the catalog's
    /// selection never answers with.
    package func context(for group: SlotGroup) -> TLSContext? {
        contexts[group]
    }

    private static func trust(
        _ authorities: TrustedAuthorities,
        _ library: LibraryContext,
        _ known: ReactorContexts?
    ) throws(CredentialsError) -> TrustStore {
        if let known, known.authorities.isSame(as: authorities) { return known.trust }
        do {
            return try TrustStore(
                authorities.anchors,
                revocations: authorities.revocations,
                in: library,
                reusing: known?.trust
            )
        } catch {
            throw .openSSLUnavailable(error)
        }
    }
}
