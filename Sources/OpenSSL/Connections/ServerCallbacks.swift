import COpenSSL
import FoundationEssentials

/// What OpenSSL calls during a server's handshake: each finds its connection and calls one method.
enum ServerCallbacks {
    static let clientHello:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
            ssl,
            alert,
            _ in
            guard let connection = TLSConnection.owning(ssl) else { return SSL_CLIENT_HELLO_ERROR }
            guard let refusal = connection.answerClientHello() else { return SSL_CLIENT_HELLO_SUCCESS }
            alert?.pointee = Int32(refusal.rawValue)
            return SSL_CLIENT_HELLO_ERROR
        }

    static let verifyChain: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { context, _ in
        let ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx())
        guard let context, let connection = TLSConnection.owning(ssl.map { OpaquePointer($0) }) else { return 0 }
        return connection.verifyPeer(in: context) ? 1 : 0
    }

    /// RFC 6066 § 3: a server that uses the name says so with an empty extension; OpenSSL does for "OK".
    static let serverName:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = { _, _, _ in
            SSL_TLSEXT_ERR_OK
        }

    static let selectProtocol:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
            UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
        ) -> Int32 = { _, selected, selectedCount, offered, offeredCount, owner in
            guard let owner else { return SSL_TLSEXT_ERR_NOACK }
            let context = Unmanaged<TLSContext>.fromOpaque(owner).takeUnretainedValue()
            let names = UnsafeRawBufferPointer(start: offered, count: Int(offeredCount))
            guard let choice = context.choose(among: names) else { return SSL_TLSEXT_ERR_NOACK }
            selected?.pointee = choice.baseAddress?.assumingMemoryBound(to: UInt8.self)
            selectedCount?.pointee = UInt8(choice.count)
            return SSL_TLSEXT_ERR_OK
        }

    static let newSession: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = { ssl, session in
        guard let session, let connection = TLSConnection.owning(ssl) else { return 0 }
        return connection.keep(session) ? 1 : 0
    }

    static let findSession:
        @convention(c) (
            OpaquePointer?, UnsafePointer<UInt8>?, Int32, UnsafeMutablePointer<Int32>?
        ) -> OpaquePointer? = { ssl, id, count, copy in
            // The reference taken under the cache's lock is handed over, OpenSSL shall not take another.
            copy?.pointee = 0
            return TLSConnection.owning(ssl)?.findSession(UnsafeRawBufferPointer(start: id, count: Int(count)))
        }

    static let removeSession: @convention(c) (OpaquePointer?, OpaquePointer?) -> Void = { context, session in
        guard let session, let owner = SSL_CTX_get_ex_data(context, TLSContext.index) else { return }
        Unmanaged<TLSContext>.fromOpaque(owner).takeUnretainedValue().forget(session)
    }
}

/// What OpenSSL calls on either side.
enum ConnectionCallbacks {
    static let info: @convention(c) (OpaquePointer?, Int32, Int32) -> Void = { ssl, event, value in
        guard event & SSL_CB_ALERT != 0, let connection = TLSConnection.owning(ssl) else { return }
        // The value is level << 8 | description.
        let alert = TLSAlert(rawValue: UInt8(truncatingIfNeeded: value))
        if event & SSL_CB_WRITE != 0 { connection.alertSent = alert } else { connection.alertReceived = alert }
    }
}

extension TLSContext {
    static let index = sluice_SSL_CTX_get_ex_new_index()

    /// A session went bad.
    func forget(_ session: OpaquePointer) {
        guard let id = SessionID(of: session) else { return }
        sessionCache?.remove(id)
    }
}

extension TLSConnection {
    /// Applies the decision about a ClientHello.
    ///
    /// - Returns: The alert to end the handshake with, or nil to go on.
    func answerClientHello() -> TLSAlert? {
        guard var negotiation else { return .unexpectedMessage }
        do throws(HelloDefect) {
            let hello = try ClientHello(of: ssl)
            // A second hello answers our HelloRetryRequest: it is the same question, the first decision stands.
            if negotiation.hasAnswered {
                guard hello.serverName == negotiation.serverName else { throw .serverNameChanged }
                return nil
            }
            guard let decide = negotiation.decide else { return .internalError }
            negotiation.hasAnswered = true
            negotiation.serverName = hello.serverName
            negotiation.offeredVersions = hello.offeredVersions
            let decision = decide(hello)
            self.negotiation?.hasAnswered = true
            switch decision {
            case .refuse(let alert):
                self.negotiation = negotiation
                note(.refused(alert))
                return alert
            case .proceed(let policy):
                let isApplied = apply(policy, to: &negotiation)
                self.negotiation = negotiation
                return isApplied ? nil : .internalError
            }
        } catch {
            note(.malformedHello(error))
            return error == .serverNameChanged ? .illegalParameter : .decodeError
        }
    }

    private func apply(_ policy: HelloPolicy, to negotiation: inout Negotiation) -> Bool {
        defer { ErrorQueue.clear() }
        negotiation.allowedVersions = policy.versions
        guard select(policy.context),
            sluice_SSL_set_min_proto_version(ssl, policy.versions.lowerBound.number) == 1,
            sluice_SSL_set_max_proto_version(ssl, policy.versions.upperBound.number) == 1
        else { return false }
        let best = min(negotiation.offeredVersions.max() ?? .tls1_3, policy.versions.upperBound)
        negotiation.allowsWeakSignatures = best.needsSecurityLevelZero
        SSL_set_security_level(ssl, best.needsSecurityLevelZero ? 0 : 2)
        // SSL_set_SSL_CTX takes neither the verify mode nor the version limits along: both are set on the SSL.
        switch policy.clientAuthentication {
        case .none:
            SSL_set_verify(ssl, SSL_VERIFY_NONE, nil)
        case .required(let trust):
            SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
            negotiation.trust = trust
            if policy.context.clientAuthorities !== trust {
                SSL_set_client_CA_list(ssl, trust.makeNameList())
                negotiation.hasOwnAuthorities = true
            }
        }
        guard let binding = policy.sessionBinding, context.sessionCache != nil else {
            return SSL_set_num_tickets(ssl, 0) == 1
        }
        lineage = SessionLineage(binding: binding)
        return SSL_set_session_id_context(ssl, binding.bytes, UInt32(binding.bytes.count)) == 1
    }

    /// Verifies what the client sent, and tells OpenSSL the error that has the right alert.
    func verifyPeer(in context: OpaquePointer) -> Bool {
        guard let negotiation, let trust = negotiation.trust, let leaf = X509_STORE_CTX_get0_cert(context) else {
            X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION)
            return false
        }
        let sent = X509_STORE_CTX_get0_untrusted(context)
        let untrusted = (0..<max(0, sluice_sk_X509_num(sent))).compactMap { sluice_sk_X509_value(sent, $0) }
        let rules = ChainRules(peer: .client, allowsWeakSignatures: negotiation.allowsWeakSignatures)
        var search = PathSearch(
            in: trust,
            untrusted: untrusted.filter { $0 != leaf },
            at: selectedContext.clock.date,
            rules: rules
        )
        do throws(ChainFailure) {
            verifiedChain = try search.verify(leaf: leaf)
            X509_STORE_CTX_set_error(context, X509_V_OK)
            return true
        } catch {
            note(.chain(error))
            X509_STORE_CTX_set_error(context, error.verificationError)
            return false
        }
    }

    /// Keeps a session for resumption; the cache then owns the reference that OpenSSL took for us.
    func keep(_ session: OpaquePointer) -> Bool {
        guard let cache = context.sessionCache, let lineage, let id = SessionID(of: session) else { return false }
        let now = context.clock.seconds()
        var lineageExpiry = lineage.expiry ?? now + cache.maximumAge.components.seconds
        if let end = verifiedChain?.validUntil.timeIntervalSince1970 { lineageExpiry = min(lineageExpiry, Int64(end)) }
        let entry = SessionEntry(
            binding: lineage.binding,
            expiry: min(lineageExpiry, now + cache.ticketLifetime.components.seconds),
            lineageExpiry: lineageExpiry,
            verifiedChain: verifiedChain
        )
        cache.store(SSLSessionHandle(adopting: session), as: entry, id: id)
        return true
    }

    /// The session of an id or ticket, if this connection may resume it; the caller owns the reference.
    func findSession(_ id: UnsafeRawBufferPointer) -> OpaquePointer? {
        guard let cache = context.sessionCache, let lineage, let id = SessionID(id) else { return nil }
        guard let found = cache.find(id, binding: lineage.binding, now: context.clock.seconds()) else { return nil }
        self.lineage?.expiry = found.entry.lineageExpiry
        verifiedChain = found.entry.verifiedChain
        return found.release()
    }
}

extension SessionID {
    /// The id of a session made here.
    init?(of session: OpaquePointer) {
        var count: UInt32 = 0
        let bytes = SSL_SESSION_get_id(session, &count)
        self.init(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    }
}

extension ChainFailure {
    /// The X509_V_ERR code from which OpenSSL makes the alert.
    fileprivate var verificationError: Int32 {
        switch self {
        case .unknownIssuer, .badSignature: X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY  // unknown_ca
        case .expired: X509_V_ERR_CERT_HAS_EXPIRED  // certificate_expired
        case .notYetValid: X509_V_ERR_CERT_NOT_YET_VALID  // bad_certificate
        case .wrongPurpose: X509_V_ERR_INVALID_PURPOSE  // unsupported_certificate
        case .notAnAuthority: X509_V_ERR_INVALID_CA  // unknown_ca
        case .pathLengthExceeded: X509_V_ERR_PATH_LENGTH_EXCEEDED  // unknown_ca
        case .tooManyPaths: X509_V_ERR_CERT_CHAIN_TOO_LONG  // unknown_ca
        case .nameConstraintsViolated: X509_V_ERR_CERT_REJECTED  // bad_certificate
        case .weakKey: X509_V_ERR_EE_KEY_TOO_SMALL  // bad_certificate
        case .weakSignature: X509_V_ERR_CA_MD_TOO_WEAK  // bad_certificate
        case .unusableExtension, .other: X509_V_ERR_CERT_REJECTED  // bad_certificate
        }
    }
}
