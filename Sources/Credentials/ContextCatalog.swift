import OpenSSL
package import Registry

/// Everything that handshakes need of one `ClusterState`, built beforehand: what `ClusterControl` prepares.
///
/// Immutable. Each reactor has contexts and a trust store of its own, made in its library context, so that handshakes
/// share no lock. Building costs some milliseconds a context and opens every bound private key; using it blocks never.
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
        let selection = CertificateSelection(state)
        let identities = try Self.identities(of: state, selection.groups, encryption)
        let anchors = try Self.anchors(of: state)
        var reactors: [ReactorContexts] = []
        for library in environment.libraries {
            reactors.append(try ReactorContexts(selection.groups, identities, anchors, environment, library))
        }
        self.selection = selection
        self.reactors = reactors
        deviceChains = try DeviceChainVerifier(state, anchors: anchors)
    }

    /// What the handshakes of one reactor use. An index past the environment's reactors shares another's.
    package func contexts(onReactor index: Int) -> ReactorContexts {
        // Invariant: the environment has at least one library context, and each got its own here.
        reactors[index % reactors.count]
    }

    private static func identities(
        of state: ClusterState,
        _ groups: Set<SlotGroup>,
        _ encryption: KeyEncryption
    ) throws(CredentialsError) -> [SlotGroup.Member: TLSIdentity] {
        var identities: [SlotGroup.Member: TLSIdentity] = [:]
        for member in Set(groups.flatMap(\.members)).sorted() {
            guard let hosted = state.certificate(of: member) else { continue }
            let key = try encryption.open(hosted.sealedKey, for: hosted.fingerprint)
            do {
                var chain: [Certificate] = []
                for der in hosted.chain { chain.append(try Certificate(der: der)) }
                identities[member] = try TLSIdentity(chain: chain, key: key)
            } catch {
                throw .unusableCertificate(member.slot, certificate: hosted.fingerprint, error)
            }
        }
        return identities
    }

    private static func anchors(of state: ClusterState) throws(CredentialsError) -> [Certificate] {
        var anchors: [Certificate] = []
        for authority in state.activeAuthorities {
            do {
                anchors.append(try Certificate(der: authority.der))
            } catch {
                throw .unusableCA(authority.fingerprint, error)
            }
        }
        return anchors
    }
}
