package import FoundationEssentials
package import OpenSSL
package import Registry

/// Why a device's certificate chain does not let it in.
package enum DeviceChainFailure: Error, Hashable, Sendable {
    /// The chain does not verify to any active CA.
    case chain(ChainFailure)
    /// The chain verified once, but its CA is not active any more.
    case authorityNotActive(Fingerprint)
    /// The chain verified once, but a certificate in it has expired since.
    case expired(validUntil: Date, now: Date)
}

extension DeviceChainFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .chain(let failure):
            failure.description
        case .authorityNotActive(let fingerprint):
            "The chain ends at CA \(fingerprint.short), which is not registered or not active any more. "
                + "Register or activate it, or give the device a certificate of another CA."
        case .expired(let validUntil, let now):
            "The chain was valid until \(validUntil.timestamp), it is \(now.timestamp). Renew the device's certificate."
        }
    }
}

/// Tells which registered CA a device's chain ends at.
///
/// Handshakes verify by the reactor's `TrustStore`; this gives the registry's view of their result. It has to be asked
/// after every handshake: OpenSSL calls no verification when a session is resumed.
package struct DeviceChainVerifier: Sendable {
    private let active: [Fingerprint: RegisteredCA]
    private let trust: TrustStore

    init(_ state: ClusterState, anchors: [Certificate]) throws(CredentialsError) {
        active = Dictionary(
            state.activeAuthorities.map { ($0.fingerprint, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        do {
            trust = try TrustStore(anchors: anchors)
        } catch {
            throw .openSSLUnavailable(error)
        }
    }

    /// The CA of a chain that was verified in this handshake, or in the one that this session resumes. Does not block.
    ///
    /// - Throws: `DeviceChainFailure.authorityNotActive` or `.expired`.
    package func authority(of chain: VerifiedChain, at now: Date) throws(DeviceChainFailure) -> RegisteredCA {
        guard let authority = active[chain.anchor] else { throw .authorityNotActive(chain.anchor) }
        guard now <= chain.validUntil else { throw .expired(validUntil: chain.validUntil, now: now) }
        return authority
    }

    /// Verifies a chain outside a handshake. Blocks for up to some milliseconds of arithmetic.
    ///
    /// - Throws: `DeviceChainFailure.chain` with the named reason.
    package func verify(
        leaf: Certificate,
        intermediates: [Certificate] = [],
        at now: Date
    ) throws(DeviceChainFailure) -> RegisteredCA {
        let chain: VerifiedChain
        do throws(ChainFailure) {
            chain = try trust.verify(leaf: leaf, intermediates: intermediates, at: now)
        } catch {
            throw .chain(error)
        }
        return try authority(of: chain, at: now)
    }
}

extension VerifiedChain {
    /// The fingerprint of the CA that the chain ends at, as the registry writes it.
    package var anchor: Fingerprint {
        guard let fingerprint = try? Fingerprint(anchorFingerprint) else {
            // TrustStore fills it with a SHA-256 digest, which has the 32 bytes that a fingerprint needs.
            preconditionFailure("a digest of \(anchorFingerprint.count) bytes")  // Invariant: SHA-256 has 32 bytes.
        }
        return fingerprint
    }
}
