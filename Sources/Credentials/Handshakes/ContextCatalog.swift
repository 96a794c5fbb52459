import OpenSSL
package import Registry

/// Everything that handshakes need of one `ClusterState`, built beforehand: what `ClusterControl` prepares.
///
/// Immutable. Each reactor has contexts and a trust store of its own, made in its library context, so that handshakes
/// share no lock. What the last catalog of the same environment has too is taken over from it; building the rest costs
/// some milliseconds a context, and opens the private keys of new certificates. Using it blocks never.
package final class ContextCatalog: Sendable {
    /// Which certificates answer a server name.
    package let selection: CertificateSelection
    /// Tells the registered CA of a device's chain.
    package let deviceChains: DeviceChainVerifier
    private let reactors: [ReactorContexts]

    /// Builds every context of a state, for every reactor.
    ///
    /// - Throws: the `CredentialsError` of the first certificate, key or CA that cannot be used.
    package init(
        _ state: ClusterState,
        encryption: KeyEncryption,
        environment: HandshakeEnvironment
    ) throws(CredentialsError) {
        let known = environment.lastMaterial.value
        let selection = CertificateSelection(state)
        let identities = try ServerIdentities(state, serving: selection.groups, encryption, known: known?.identities)
        let authorities = try TrustedAuthorities(
            state,
            awaiting: environment.awaitedLists,
            known: known?.authorities
        )
        var reactors: [ReactorContexts] = []
        for (index, library) in environment.libraries.enumerated() {
            reactors.append(
                try ReactorContexts(
                    selection.groups,
                    identities,
                    authorities,
                    environment,
                    library,
                    known: known?.reactors[index]
                )
            )
        }
        self.selection = selection
        self.reactors = reactors
        deviceChains = try DeviceChainVerifier(authorities, known: known?.deviceChains)
        environment.lastMaterial.value = HandshakeMaterial(
            identities: identities,
            authorities: authorities,
            reactors: reactors,
            deviceChains: deviceChains
        )
    }

    /// What the handshakes of one reactor use. An index past the environment's reactors shares another's.
    package func contexts(onReactor index: Int) -> ReactorContexts {
        // Invariant: the environment has at least one library context, and each got its own here.
        reactors[index % reactors.count]
    }
}

/// What the last catalog was made of, for the next one to take over.
struct HandshakeMaterial: Sendable {
    let identities: ServerIdentities
    let authorities: TrustedAuthorities
    let reactors: [ReactorContexts]
    let deviceChains: DeviceChainVerifier
}
