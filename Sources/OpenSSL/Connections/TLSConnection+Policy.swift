import COpenSSL

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
        negotiation.applicationProtocols = policy.applicationProtocols
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
            if policy.context.authorityNamesDigest != trust.namesDigest {
                SSL_set_client_CA_list(ssl, trust.makeNameList())
                negotiation.hasOwnAuthorities = true
            }
        }
        guard let binding = policy.sessionBinding, context.sessionCache != nil else {
            return SSL_set_num_tickets(ssl, 0) == 1
        }
        negotiation.binding = binding
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
            self.negotiation?.refusedCertificate = TLSConnection.der(of: leaf)
            X509_STORE_CTX_set_error(context, error.verificationError)
            return false
        }
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
        case .revoked: X509_V_ERR_CERT_REVOKED  // certificate_revoked
        case .revocationListStale, .revocationListMissing: X509_V_ERR_DIFFERENT_CRL_SCOPE  // certificate_unknown
        case .unusableExtension, .other: X509_V_ERR_CERT_REJECTED  // bad_certificate
        }
    }
}
