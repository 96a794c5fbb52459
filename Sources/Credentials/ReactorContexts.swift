package import OpenSSL
package import Registry

/// What the handshakes of one reactor use: contexts and anchors made in its own library context.
package struct ReactorContexts: Sendable {
    /// The active CAs. With none, every client certificate is refused.
    package let trust: TrustStore
    /// A context to begin a handshake in, before the client has named a server; `nil` while no certificate serves.
    package let entry: TLSContext?
    private let contexts: [SlotGroup: TLSContext]

    /// Builds a context for each group, and one trust store for them all.
    init(
        _ groups: Set<SlotGroup>,
        _ identities: [SlotGroup.Member: TLSIdentity],
        _ anchors: [Certificate],
        _ environment: HandshakeEnvironment,
        _ library: LibraryContext
    ) throws(CredentialsError) {
        do {
            trust = try TrustStore(anchors: anchors, in: library)
        } catch {
            throw .openSSLUnavailable(error)
        }
        let options = ServerOptions(
            clientAuthorities: trust,
            sessionCache: environment.sessionCache,
            clock: environment.clock
        )
        var contexts: [SlotGroup: TLSContext] = [:]
        for group in groups {
            do {
                let served = group.members.compactMap { identities[$0] }
                contexts[group] = try TLSContext(server: served, options: options, in: library)
            } catch {
                throw .unusableCertificates(group, error)
            }
        }
        self.contexts = contexts
        entry = contexts.min { $0.key.preferred < $1.key.preferred }?.value
    }

    /// The context that serves the certificates of a group of slots; `nil` only for a group that the catalog's
    /// selection never answers with.
    package func context(for group: SlotGroup) -> TLSContext? {
        contexts[group]
    }
}
