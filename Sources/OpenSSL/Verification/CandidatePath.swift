import COpenSSL
import FoundationEssentials

/// One way from the leaf to an anchor, to be judged by OpenSSL exactly as it stands.
///
/// OpenSSL's own chain building follows names and key identifiers, tries one issuer and gives up; so the building is
/// done by ``PathSearch``, and here `check_issued` tells OpenSSL who issued whom.
struct CandidatePath {
    /// Leaf first, anchor last; at least two.
    let certificates: [OpaquePointer]
    let store: TrustStore
    let date: Date
    let rules: ChainRules

    /// The subject that the device proves is the first one, the registered CA the last.
    func judge() throws(ChainFailure) {
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        guard let leaf = certificates.first, let anchor = certificates.last else { return }
        guard let context = X509_STORE_CTX_new_ex(store.library.pointer, nil) else {
            throw .other(subject: name(leaf), code: X509_V_ERR_OUT_OF_MEM, reason: "out of memory")
        }
        let handle = X509StoreContextHandle(adopting: context)
        let trusted = sluice_sk_X509_new()
        defer { sluice_sk_X509_free(trusted) }
        let untrusted = sluice_sk_X509_new()
        defer { sluice_sk_X509_free(untrusted) }
        var isReady = sluice_sk_X509_push(trusted, anchor) > 0
        for intermediate in certificates.dropFirst().dropLast() {
            isReady = sluice_sk_X509_push(untrusted, intermediate) > 0 && isReady
        }
        guard isReady, X509_STORE_CTX_init(context, store.store, leaf, untrusted) == 1,
            X509_STORE_CTX_set_default(context, rules.peer == .client ? "ssl_client" : "ssl_server") == 1
        else { throw .other(subject: name(leaf), code: X509_V_ERR_OUT_OF_MEM, reason: "out of memory") }
        X509_STORE_CTX_set0_trusted_stack(context, trusted)
        let parameters = X509_STORE_CTX_get0_param(context)
        // Not X509_STRICT: certificates from the usual openssl recipes pass.
        X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        X509_VERIFY_PARAM_set_auth_level(parameters, 0)
        X509_VERIFY_PARAM_set_time(parameters, time_t(date.timeIntervalSince1970))
        let verdict = withUnsafePointer(to: self) { path in
            X509_STORE_CTX_set_ex_data(context, CandidatePath.index, UnsafeMutableRawPointer(mutating: path))
            return X509_verify_cert(handle.pointer)
        }
        guard verdict == 1 else { throw failure(in: context) }
        try checkStrength()
    }

    /// Keys of the whole path, and signatures below the anchor (its own signature carries no trust).
    private func checkStrength() throws(ChainFailure) {
        for (position, certificate) in certificates.enumerated() {
            let kind = CertificateFacts.keyKind(of: certificate)
            switch kind {
            case .rsa(let bits) where bits < ChainRules.minimumRSABits:
                throw .weakKey(
                    subject: name(certificate),
                    found: kind,
                    needed: "RSA \(ChainRules.minimumRSABits)",
                    depth: position
                )
            case .ec(_, let bits) where bits < ChainRules.minimumECBits:
                throw .weakKey(
                    subject: name(certificate),
                    found: kind,
                    needed: "EC of \(ChainRules.minimumECBits) bits",
                    depth: position
                )
            case .rsa, .ec, .ed25519, .ed448:
                break
            case .other:
                throw .weakKey(subject: name(certificate), found: kind, needed: "RSA, EC or Ed25519", depth: position)
            }
            let isAnchor = position == certificates.count - 1
            if isAnchor || rules.allowsWeakSignatures { continue }
            var securityBits: Int32 = 0
            guard X509_get_signature_info(certificate, nil, nil, &securityBits, nil) == 1,
                securityBits >= ChainRules.minimumSignatureSecurityBits
            else {
                let digest = CertificateFacts.signatureDigest(of: certificate) ?? "an unknown algorithm"
                throw .weakSignature(subject: name(certificate), digest: digest, depth: position)
            }
        }
    }

    private func failure(in context: OpaquePointer) -> ChainFailure {
        let code = X509_STORE_CTX_get_error(context)
        let depth = Int(X509_STORE_CTX_get_error_depth(context))
        let culprit =
            X509_STORE_CTX_get_current_cert(context)
            ?? (certificates.indices.contains(depth) ? certificates[depth] : certificates[0])
        let subject = name(culprit)
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return .expired(
                subject: subject,
                notAfter: CertificateFacts.date(X509_get0_notAfter(culprit)),
                now: date,
                depth: depth
            )
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return .notYetValid(
                subject: subject,
                notBefore: CertificateFacts.date(X509_get0_notBefore(culprit)),
                now: date,
                depth: depth
            )
        case X509_V_ERR_CERT_SIGNATURE_FAILURE, X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
            return .badSignature(
                subject: subject,
                issuer: DistinguishedName.text(of: X509_get_issuer_name(culprit)),
                depth: depth
            )
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return .unknownIssuer(
                subject: subject,
                issuer: DistinguishedName.text(of: X509_get_issuer_name(culprit)),
                depth: depth
            )
        case X509_V_ERR_INVALID_PURPOSE:
            return .wrongPurpose(
                subject: subject,
                extendedKeyUsages: CertificateFacts.extendedKeyUsages(of: culprit) ?? [],
                depth: depth
            )
        case X509_V_ERR_INVALID_CA, X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
            return .notAnAuthority(subject: subject, depth: depth)
        case X509_V_ERR_PATH_LENGTH_EXCEEDED:
            return .pathLengthExceeded(subject: subject, allowed: max(0, X509_get_pathlen(culprit)), depth: depth)
        case X509_V_ERR_PERMITTED_VIOLATION, X509_V_ERR_EXCLUDED_VIOLATION, X509_V_ERR_SUBTREE_MINMAX,
            X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX,
            X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
            return .nameConstraintsViolated(subject: subject, depth: depth)
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, X509_V_ERR_INVALID_EXTENSION:
            return .unusableExtension(subject: subject, reason: reason(code), depth: depth)
        default:
            return .other(subject: subject, code: code, reason: reason(code), depth: depth)
        }
    }

    private func name(_ certificate: OpaquePointer) -> String {
        DistinguishedName.text(of: X509_get_subject_name(certificate))
    }

    private func reason(_ code: Int32) -> String {
        String(cString: X509_verify_cert_error_string(Int(code)))
    }

    private static let index = sluice_X509_STORE_CTX_get_ex_new_index()

    /// OpenSSL asks: may `issuer` stand above `subject`? Only as the path says.
    static let isIssuedCallback: @convention(c) (OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Int32 = {
        context,
        subject,
        issuer in
        guard let found = X509_STORE_CTX_get_ex_data(context, CandidatePath.index) else { return 0 }
        let path = found.assumingMemoryBound(to: CandidatePath.self).pointee
        return path.says(issuer, issued: subject) ? 1 : 0
    }

    private func says(_ issuer: OpaquePointer?, issued subject: OpaquePointer?) -> Bool {
        guard let position = certificates.firstIndex(where: { $0 == subject }) else { return false }
        let above = position + 1
        if above == certificates.count {
            return issuer == subject && X509_self_signed(subject, 0) == 1
        }
        return certificates[above] == issuer
    }
}
