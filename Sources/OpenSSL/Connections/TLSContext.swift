import COpenSSL

/// An SSL_CTX: what many connections of one library context have in common. Immutable once made.
package final class TLSContext: Sendable {
    let library: LibraryContext
    let sessionCache: SessionCache?
    /// Which CA names are prepared for a CertificateRequest; nil: none. Not the store itself, which may be large.
    let authorityNamesDigest: [UInt8]?
    let clock: WallClock
    private let protocolPreference: [[UInt8]]
    private let staples: [StapledLeaf]

    // Sendable: an SSL_CTX is not changed after init, and its reference count is atomic.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Loads identities for the server side.
    ///
    /// - Parameters:
    ///   - identities: At most one for each kind of key; a handshake takes the one that the client's signature
    ///     algorithms allow, ECDSA before RSA.
    ///   - options: What the connections of this context do.
    ///   - library: The reactor's library context: certificates and keys are parsed anew into it.
    package convenience init(
        server identities: [TLSIdentity],
        options: ServerOptions = ServerOptions(),
        in library: LibraryContext
    ) throws(OpenSSLError) {
        guard !identities.isEmpty else { throw .emptyChain }
        let staples = identities.compactMap { StapledLeaf($0) }
        try self.init(method: TLS_server_method(), options: options, staples: staples, in: library)
        try configureServer(authorities: options.clientAuthorities)
        try limitGroups(options.groups)
        for identity in identities { try load(identity) }
    }

    /// Prepares the client side.
    package convenience init(
        client options: ClientOptions,
        in library: LibraryContext = .process
    ) throws(OpenSSLError) {
        try self.init(method: TLS_client_method(), options: ServerOptions(sessionCache: nil), in: library)
        try configureClient(options)
        if let identity = options.identity { try load(identity) }
    }

    private init(
        method: OpaquePointer?,
        options: ServerOptions,
        staples: [StapledLeaf] = [],
        in library: LibraryContext
    ) throws(OpenSSLError) {
        pointer = try LibraryCall.make("SSL_CTX_new_ex") { SSL_CTX_new_ex(library.pointer, nil, method) }
        self.library = library
        sessionCache = options.sessionCache
        authorityNamesDigest = options.clientAuthorities?.namesDigest
        clock = options.clock
        protocolPreference = options.applicationProtocols.map { Array($0.utf8) }
        self.staples = staples
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    /// The server's choice among the application protocols that a client offers, by the connection's preference or, if
    /// that is nil, by the context's.
    func choose(among offered: UnsafeRawBufferPointer, by preference: [String]?) -> UnsafeRawBufferPointer? {
        for wanted in preference?.map({ Array($0.utf8) }) ?? protocolPreference {
            var position = 0
            while position < offered.count {
                let end = position + 1 + Int(offered[position])
                guard end <= offered.count else { break }
                if offered[(position + 1)..<end].elementsEqual(wanted) {
                    return UnsafeRawBufferPointer(rebasing: offered[(position + 1)..<end])
                }
                position = end
            }
        }
        return nil
    }

    /// The OCSP response to show with one of the context's certificates now; nil when there is none that may be shown.
    func staple(for leaf: OpaquePointer) -> [UInt8]? {
        guard let stapled = staples.first(where: { $0.isAbout(leaf) }) else { return nil }
        return stapled.response(at: clock.date)
    }

    private func configureServer(authorities: TrustStore?) throws(OpenSSLError) {
        configureConnections()
        sluice_SSL_CTX_set_server_options(pointer)
        SSL_CTX_set_client_hello_cb(pointer, ServerCallbacks.clientHello, nil)
        SSL_CTX_set_cert_verify_callback(pointer, ServerCallbacks.verifyChain, nil)
        sluice_SSL_CTX_set_tlsext_servername_callback(pointer, ServerCallbacks.serverName)
        if !protocolPreference.isEmpty {
            SSL_CTX_set_alpn_select_cb(
                pointer,
                ServerCallbacks.selectProtocol,
                Unmanaged.passUnretained(self).toOpaque()
            )
        }
        if !staples.isEmpty, sluice_SSL_CTX_set_tlsext_status_cb(pointer, ServerCallbacks.certificateStatus) != 1 {
            throw .library(call: "SSL_CTX_set_tlsext_status_cb", reasons: ErrorQueue.drain())
        }
        if let authorities {
            SSL_CTX_set_client_CA_list(pointer, authorities.makeNameList())
        }
        guard let sessionCache else {
            sluice_SSL_CTX_set_session_cache_mode(pointer, SSL_SESS_CACHE_OFF)
            try LibraryCall.require("SSL_CTX_set_num_tickets") { SSL_CTX_set_num_tickets(pointer, 0) }
            return
        }
        sluice_SSL_CTX_set_session_cache_mode(pointer, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL)
        try LibraryCall.require("SSL_CTX_set_num_tickets") { SSL_CTX_set_num_tickets(pointer, 1) }
        SSL_CTX_set_timeout(pointer, Int(sessionCache.ticketLifetime.components.seconds))
        SSL_CTX_sess_set_new_cb(pointer, ServerCallbacks.newSession)
        SSL_CTX_sess_set_get_cb(pointer, ServerCallbacks.findSession)
        SSL_CTX_sess_set_remove_cb(pointer, ServerCallbacks.removeSession)
    }

    private func configureClient(_ options: ClientOptions) throws(OpenSSLError) {
        configureConnections()
        sluice_SSL_CTX_set_client_options(pointer)
        let level = options.securityLevel ?? (options.versions.upperBound.needsSecurityLevelZero ? 0 : 2)
        SSL_CTX_set_security_level(pointer, Int32(level))
        try LibraryCall.require("SSL_CTX_set_min_proto_version") {
            sluice_SSL_CTX_set_min_proto_version(pointer, options.versions.lowerBound.number)
        }
        try LibraryCall.require("SSL_CTX_set_max_proto_version") {
            sluice_SSL_CTX_set_max_proto_version(pointer, options.versions.upperBound.number)
        }
        try limitGroups(options.groups)
        if let algorithms = options.signatureAlgorithms {
            try LibraryCall.require("SSL_CTX_set1_sigalgs_list") {
                sluice_SSL_CTX_set1_sigalgs_list(pointer, algorithms)
            }
        }
        if let anchors = options.anchors {
            let store = SSL_CTX_get_cert_store(pointer)
            for anchor in anchors {
                let parsed = try Certificate.parse(anchor.der, in: library)
                try LibraryCall.require("X509_STORE_add_cert") { X509_STORE_add_cert(store, parsed.pointer) }
            }
            SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        }
        let protocols = options.applicationProtocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !protocols.isEmpty, SSL_CTX_set_alpn_protos(pointer, protocols, UInt32(protocols.count)) != 0 {
            // Unlike its neighbours this function returns 0 for success.
            throw .library(call: "SSL_CTX_set_alpn_protos", reasons: ErrorQueue.drain())
        }
    }

    private func configureConnections() {
        sluice_SSL_CTX_set_connection_modes(pointer)
        sluice_SSL_CTX_set_read_ahead(pointer, 1)
        sluice_SSL_CTX_set_max_cert_list(pointer, TLSContext.maximumPeerChainBytes)
        SSL_CTX_set_security_level(pointer, 2)
        sluice_SSL_CTX_set_min_proto_version(pointer, TLSVersion.tls1_0.number)
        sluice_SSL_CTX_set_max_proto_version(pointer, TLSVersion.tls1_3.number)
        SSL_CTX_set_info_callback(pointer, ConnectionCallbacks.info)
        SSL_CTX_set_ex_data(pointer, TLSContext.index, Unmanaged.passUnretained(self).toOpaque())
    }

    private func limitGroups(_ groups: String?) throws(OpenSSLError) {
        guard let groups else { return }
        try LibraryCall.require("SSL_CTX_set1_groups_list") { sluice_SSL_CTX_set1_groups_list(pointer, groups) }
    }

    private func load(_ identity: TLSIdentity) throws(OpenSSLError) {
        var parsed: [OpaquePointer] = []
        defer { parsed.forEach { X509_free($0) } }
        for certificate in identity.chain {
            parsed.append(try Certificate.parse(certificate.der, in: library).release())
        }
        let key = try identity.key.reload(in: library)
        let rest = sluice_sk_X509_new()
        defer { sluice_sk_X509_free(rest) }
        for certificate in parsed.dropFirst() { sluice_sk_X509_push(rest, certificate) }
        // Takes references of its own to leaf, key and chain.
        try LibraryCall.require("SSL_CTX_use_cert_and_key") {
            SSL_CTX_use_cert_and_key(pointer, parsed[0], key.pointer, rest, 1)
        }
    }

    /// What a peer's certificates may take in a handshake: five with RSA keys of 4096 bits are half of it. OpenSSL's
    /// default is 100 KB, which any stranger could make us hold and search.
    static let maximumPeerChainBytes = 16 * 1024
}
