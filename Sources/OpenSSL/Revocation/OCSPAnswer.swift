import COpenSSL
import FoundationEssentials

/// What a response says about one certificate.
struct OCSPAnswer {
    let status: OCSPResponse.Status
    let thisUpdate: Date
    let nextUpdate: Date?

    /// Finds the answer by the hashes of the issuer and the serial number, whatever digest the responder used.
    init(
        in basic: OpaquePointer,
        about leaf: OpaquePointer,
        issuer: OpaquePointer
    ) throws(OCSPError) {
        let serial = CertificateSerial(X509_get0_serialNumber(leaf)).description
        let count = OCSP_resp_count(basic)
        guard let single = OCSPAnswer.find(in: basic, count, about: leaf, issuer: issuer) else {
            throw .otherCertificate(neededSerial: serial, answers: Int(max(0, count)))
        }
        var reason: Int32 = -1
        var revocationTime: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
        var thisUpdate: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
        var nextUpdate: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
        let found = OCSP_single_get0_status(single, &reason, &revocationTime, &thisUpdate, &nextUpdate)
        switch found {
        case V_OCSP_CERTSTATUS_GOOD:
            status = .good
        case V_OCSP_CERTSTATUS_REVOKED:
            status = .revoked(
                at: CertificateFacts.date(revocationTime.map { UnsafePointer($0) }),
                reason: RevocationReason(rawValue: UInt8(clamping: reason)) ?? .unspecified
            )
        default:
            status = .unknown
        }
        self.thisUpdate = CertificateFacts.date(thisUpdate.map { UnsafePointer($0) })
        self.nextUpdate = nextUpdate.map { CertificateFacts.date(UnsafePointer($0)) }
    }

    private static func find(
        in basic: OpaquePointer,
        _ count: Int32,
        about leaf: OpaquePointer,
        issuer: OpaquePointer
    ) -> OpaquePointer? {
        for index in 0..<max(0, count) {
            guard let single = OCSP_resp_get0(basic, index), let id = OCSP_SINGLERESP_get0_id(single) else { continue }
            var algorithm: OpaquePointer?
            // The identifier is only read here, though the function's type does not say so.
            guard OCSP_id_get0_info(nil, &algorithm, nil, nil, id) == 1 else { continue }
            guard let digest = EVP_get_digestbyname(OBJ_nid2sn(OBJ_obj2nid(algorithm))),
                let wanted = OCSP_cert_to_id(digest, leaf, issuer)
            else { continue }
            defer { OCSP_CERTID_free(wanted) }
            if OCSP_id_cmp(id, wanted) == 0 { return single }
        }
        return nil
    }
}

/// Who signed a response: the CA itself, or a responder that it certified for this (RFC 6960 § 4.2.2.2).
enum OCSPSigner {
    /// Throws `OCSPError.badSignature`.
    static func check(_ basic: OpaquePointer, issuer: Certificate) throws(OCSPError) {
        ErrorQueue.clear()
        guard let store = X509_STORE_new() else { throw .badSignature(reasons: ErrorQueue.drain()) }
        let handle = X509StoreHandle(adopting: store)
        // The issuer may be an intermediate, and the response is judged by its own dates, not by those of certificates.
        let flags = UInt(X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME)
        let verdict = issuer.withX509 { x509 -> Int32 in
            guard X509_STORE_add_cert(handle.pointer, x509) == 1, X509_STORE_set_flags(handle.pointer, flags) == 1
            else { return 0 }
            let known = sluice_sk_X509_new()
            defer { sluice_sk_X509_free(known) }
            guard sluice_sk_X509_push(known, x509) > 0 else { return 0 }
            return OCSP_basic_verify(basic, known, handle.pointer, 0)
        }
        guard verdict == 1 else { throw .badSignature(reasons: ErrorQueue.drain()) }
    }
}
