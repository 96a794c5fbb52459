import COpenSSL
package import FoundationEssentials

/// The CA certificates that devices may chain to, and the verification against them.
///
/// A registered intermediate is an anchor in its own right. Immutable: a change of the registry makes a new store.
package final class TrustStore: Sendable {
    /// A CA that is trusted.
    package struct Anchor: Sendable, Hashable {
        /// Its certificate.
        package let certificate: Certificate
        /// From this moment on it is trusted no longer; nil: as long as it stands in the store.
        package let until: Date?

        package init(_ certificate: Certificate, until: Date? = nil) {
            self.certificate = certificate
            self.until = until
        }
    }

    /// The anchors, in the order given.
    package let anchors: [Anchor]

    /// The anchors' fingerprints, in the same order.
    package let anchorFingerprints: [[UInt8]]

    /// What those CAs revoked.
    package let revocations: RevocationIndex

    let library: LibraryContext

    /// The same for two stores whose CertificateRequests list the same names.
    let namesDigest: [UInt8]

    // Sendable: the store and the X509s are never changed after init, and their reference counts are atomic.
    nonisolated(unsafe) let store: OpaquePointer
    // Sendable: as above.
    nonisolated(unsafe) let parsedAnchors: [OpaquePointer]

    /// Trusts CAs without a time limit: see ``init(_:revocations:in:reusing:)``.
    package convenience init(
        anchors: [Certificate],
        revocations: RevocationIndex = .none,
        in library: LibraryContext = .process
    ) throws(OpenSSLError) {
        try self.init(anchors.map { Anchor($0) }, revocations: revocations, in: library)
    }

    /// Parses the anchors anew into one library context (a reactor's, for its handshakes). An empty list is allowed:
    /// it refuses everybody. Takes about a third of a millisecond for an anchor.
    ///
    /// - Parameter previous: A store of the same library context: what both trust is not parsed again.
    package init(
        _ anchors: [Anchor],
        revocations: RevocationIndex = .none,
        in library: LibraryContext = .process,
        reusing previous: TrustStore? = nil
    ) throws(OpenSSLError) {
        var handles: [OpaquePointer] = []
        let store: OpaquePointer
        do throws(OpenSSLError) {
            for anchor in anchors {
                if let known = previous?.share(anchor.certificate, in: library) {
                    handles.append(known)
                } else {
                    handles.append(try Certificate.parse(anchor.certificate.der, in: library).release())
                }
            }
            store = try LibraryCall.make("X509_STORE_new") { X509_STORE_new() }
        } catch {
            handles.forEach { X509_free($0) }
            throw error
        }
        // The chain is found by PathSearch; OpenSSL is only shown the one path that it shall judge.
        X509_STORE_set_check_issued(store, CandidatePath.isIssuedCallback)
        self.anchors = anchors
        anchorFingerprints = anchors.map { SHA256.hash($0.certificate.der) }
        namesDigest = SHA256.hash(anchorFingerprints.flatMap(\.self))
        self.revocations = revocations
        self.library = library
        self.store = store
        self.parsedAnchors = handles
    }

    deinit {
        parsedAnchors.forEach { X509_free($0) }
        X509_STORE_free(store)
    }

    /// Verifies a leaf outside a handshake. Blocks for up to some milliseconds of arithmetic.
    ///
    /// - Parameters:
    ///   - leaf: The device's own certificate.
    ///   - intermediates: What else it sent, in any order; none of it is trusted.
    ///   - date: The time for which validity is judged.
    ///   - rules: What the chain is for, and whether old signatures pass.
    /// - Returns: The anchor, and how long the whole chain stays valid.
    /// - Throws: The named reason.
    package func verify(
        leaf: Certificate,
        intermediates: [Certificate] = [],
        at date: Date,
        rules: ChainRules = ChainRules()
    ) throws(ChainFailure) -> VerifiedChain {
        try leaf.withX509 { leaf throws(ChainFailure) in
            // The pointers stay valid: `intermediates` holds the certificates until this function returns.
            let untrusted = intermediates.map { $0.withX509 { $0 } }
            return try withExtendedLifetime(intermediates) { () throws(ChainFailure) in
                var search = PathSearch(in: self, untrusted: untrusted, at: date, rules: rules)
                return try search.verify(leaf: leaf)
            }
        }
    }

    /// Another reference to an anchor's parsed form, if it is one and was parsed in that library context.
    private func share(_ certificate: Certificate, in library: LibraryContext) -> OpaquePointer? {
        guard library === self.library, let index = anchors.firstIndex(where: { $0.certificate == certificate }),
            X509_up_ref(parsedAnchors[index]) == 1
        else { return nil }
        return parsedAnchors[index]
    }

    /// The anchors' subjects as a STACK_OF(X509_NAME) for a CertificateRequest; the caller owns it.
    func makeNameList() -> OpaquePointer? {
        let list = sluice_sk_X509_NAME_new()
        for anchor in parsedAnchors {
            guard let copy = X509_NAME_dup(X509_get_subject_name(anchor)) else { continue }
            if sluice_sk_X509_NAME_push(list, copy) == 0 { X509_NAME_free(copy) }
        }
        return list
    }
}

/// What a chain is judged by, besides the anchors.
package struct ChainRules: Sendable, Hashable {
    /// Who shows the chain.
    package enum Peer: Sendable, Hashable {
        case client
        case server
    }

    /// Who shows the chain: decides which extended key usage is needed if there is any. Default: a client.
    package var peer: Peer
    /// Lets MD5 and SHA-1 signatures pass, for a TLS ≤ 1.1 client alone. Default: no.
    package var allowsWeakSignatures: Bool

    package init(peer: Peer = .client, allowsWeakSignatures: Bool = false) {
        self.peer = peer
        self.allowsWeakSignatures = allowsWeakSignatures
    }

    /// The least modulus of an RSA key (NIST SP 800-57 part 1, 112 bits of security).
    package static let minimumRSABits = 2048
    /// The least size of an elliptic curve (the same strength).
    package static let minimumECBits = 224
    /// Signatures of less security than this are weak: OpenSSL counts 63 for SHA-1, 39 for MD5.
    static let minimumSignatureSecurityBits: Int32 = 80
}
