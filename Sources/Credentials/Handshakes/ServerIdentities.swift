import OpenSSL
import Registry

/// The server certificates that handshakes may show, with their opened keys and OCSP responses.
struct ServerIdentities: Sendable {
    private let byFingerprint: [Fingerprint: Opened]
    private let byMember: [SlotGroup.Member: Fingerprint]

    /// A certificate from the store, ready to be served.
    struct Opened: Sendable {
        /// What it was made of; when that is the same, so is the identity.
        let hosted: HostedCertificate
        let identity: TLSIdentity
    }

    /// Opens the certificates of every group, those too that were replaced and serve until their deadline.
    ///
    /// - Parameter known: Those of the last catalog; what is the same is taken over.
    init(
        _ state: ClusterState,
        serving groups: Set<SlotGroup>,
        _ encryption: KeyEncryption,
        known: ServerIdentities?
    ) throws(CredentialsError) {
        var byFingerprint: [Fingerprint: Opened] = [:]
        var byMember: [SlotGroup.Member: Fingerprint] = [:]
        for member in Set(groups.flatMap(\.members)).sorted() {
            guard let hosted = state.certificate(of: member) else { continue }
            byMember[member] = hosted.fingerprint
            if let opened = known?.byFingerprint[hosted.fingerprint], opened.hosted == hosted {
                byFingerprint[hosted.fingerprint] = opened
            } else {
                byFingerprint[hosted.fingerprint] = try Self.open(hosted, member.slot, encryption)
            }
        }
        self.byFingerprint = byFingerprint
        self.byMember = byMember
    }

    /// The certificates of a group, in its order.
    func members(of group: SlotGroup) -> [Opened] {
        group.members.compactMap { byMember[$0].flatMap { byFingerprint[$0] } }
    }

    private static func open(
        _ hosted: HostedCertificate,
        _ slot: ServerCertificateSlot,
        _ encryption: KeyEncryption
    ) throws(CredentialsError) -> Opened {
        let key = try encryption.open(hosted.sealedKey, for: hosted.fingerprint)
        do {
            var chain: [Certificate] = []
            for der in hosted.chain { chain.append(try Certificate(der: der)) }
            let identity = try TLSIdentity(chain: chain, key: key, staple: staple(of: hosted, chain))
            return Opened(hosted: hosted, identity: identity)
        } catch {
            throw .unusableCertificate(slot, certificate: hosted.fingerprint, error)
        }
    }

    /// The stored OCSP response. One that cannot be shown is no reason not to serve the certificate: it was checked when
    /// it was uploaded, and clients that ask for a status do without.
    private static func staple(of hosted: HostedCertificate, _ chain: [Certificate]) -> OCSPResponse? {
        guard let der = hosted.staple?.der, let leaf = chain.first, let issuer = StapleUpload.issuer(of: chain) else {
            return nil
        }
        return try? OCSPResponse(der: der, for: leaf, issuer: issuer)
    }
}
