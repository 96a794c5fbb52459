package import FoundationEssentials
package import OpenSSL
package import Registry

/// Why a device's certificate chain does not let it in.
package enum DeviceChainFailure: Error, Hashable, Sendable {
    /// The chain does not verify to any active CA.
    case chain(ChainFailure)
    /// The chain verified once, but its CA is not active any more.
    case authorityNotActive(Fingerprint)
    /// The chain verified once, but its CA was replaced, and the grace period is over.
    case graceEnded(Fingerprint, until: Date, now: Date)
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
        case .graceEnded(let fingerprint, let until, let now):
            "The chain ends at CA \(fingerprint.short), which was replaced and trusted until \(until.timestamp), "
                + "it is \(now.timestamp). Give the device a certificate of the CA that took its place."
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
    private let trusted: [Fingerprint: TrustedAuthorities.Entry]
    private let authorities: TrustedAuthorities
    private let trust: TrustStore

    init(_ authorities: TrustedAuthorities, known: DeviceChainVerifier?) throws(CredentialsError) {
        trusted = Dictionary(
            authorities.entries.map { ($0.registered.fingerprint, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.authorities = authorities
        if let known, known.authorities.isSame(as: authorities) {
            trust = known.trust
            return
        }
        do {
            trust = try TrustStore(
                authorities.anchors,
                revocations: authorities.revocations,
                reusing: known?.trust
            )
        } catch {
            throw .openSSLUnavailable(error)
        }
    }

    /// The CA of a chain that was verified in this handshake, or in the one that this session resumes: is it trusted
    /// still, has nothing expired, and has no CA revoked anything since? Does not block; some look-ups in tables.
    ///
    /// - Throws: `DeviceChainFailure.authorityNotActive`, `.graceEnded` or `.expired`, or `.chain` with what was revoked.
    package func authority(of chain: VerifiedChain, at now: Date) throws(DeviceChainFailure) -> RegisteredCA {
        guard let authority = trusted[chain.anchor] else { throw .authorityNotActive(chain.anchor) }
        if let until = authority.until, now >= until { throw .graceEnded(chain.anchor, until: until, now: now) }
        guard now <= chain.validUntil else { throw .expired(validUntil: chain.validUntil, now: now) }
        do throws(ChainFailure) {
            try authorities.revocations.check(chain, at: now)
        } catch {
            throw .chain(error)
        }
        return authority.registered
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
