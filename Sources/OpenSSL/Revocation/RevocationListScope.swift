import COpenSSL

/// What a list covers, by its extensions: only a complete list of one CA's own certificates can be used.
enum RevocationListScope {
    /// Throws `RevocationListError.delta`, `.indirect`, `.partial` or `.unusableExtension`.
    static func check(_ list: OpaquePointer) throws(RevocationListError) {
        defer { ErrorQueue.clear() }
        guard X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) < 0 else { throw .delta }
        for index in 0..<max(0, X509_CRL_get_ext_count(list)) {
            guard let item = X509_CRL_get_ext(list, index), X509_EXTENSION_get_critical(item) == 1 else { continue }
            let kind = OBJ_obj2nid(X509_EXTENSION_get_object(item))
            guard understood.contains(kind) else { throw .unusableExtension(name(of: kind)) }
        }
        try checkDistributionPoint(list)
    }

    /// The list's number in lower-case hexadecimal.
    static func number(of list: OpaquePointer) -> String? {
        guard let value = X509_CRL_get_ext_d2i(list, NID_crl_number, nil, nil) else { return nil }
        let number = value.assumingMemoryBound(to: asn1_string_st.self)
        defer { ASN1_INTEGER_free(number) }
        return CertificateSerial(number).description
    }

    /// The reason of one entry; `.unspecified` where it names none. Throws `RevocationListError.indirect` for an entry
    /// that is about another issuer's certificate.
    static func reason(of entry: OpaquePointer) throws(RevocationListError) -> RevocationReason {
        guard X509_REVOKED_get_ext_count(entry) > 0 else { return .unspecified }
        guard X509_REVOKED_get_ext_by_NID(entry, NID_certificate_issuer, -1) < 0 else { throw .indirect }
        guard let value = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nil, nil) else { return .unspecified }
        let number = value.assumingMemoryBound(to: asn1_string_st.self)
        defer { ASN1_ENUMERATED_free(number) }
        return RevocationReason(rawValue: UInt8(clamping: ASN1_ENUMERATED_get(number))) ?? .unspecified
    }

    private static func checkDistributionPoint(_ list: OpaquePointer) throws(RevocationListError) {
        var critical: Int32 = 0
        guard let value = X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, &critical, nil) else {
            // -1 says that there is none, anything else that it cannot be read.
            guard critical == -1 else { throw .unusableExtension("issuingDistributionPoint") }
            return
        }
        let point = value.assumingMemoryBound(to: ISSUING_DIST_POINT.self)
        defer { ISSUING_DIST_POINT_free(point) }
        if point.pointee.indirectCRL > 0 { throw .indirect }
        if point.pointee.onlyCA > 0 { throw .partial(covers: "CA certificates") }
        if point.pointee.onlyattr > 0 { throw .partial(covers: "attribute certificates") }
        if point.pointee.onlysomereasons != nil { throw .partial(covers: "some reasons") }
    }

    /// Critical extensions that do not change what is read here, or that are judged above.
    private static let understood: Set<Int32> = [
        NID_issuing_distribution_point, NID_authority_key_identifier, NID_crl_number,
    ]

    private static func name(of kind: Int32) -> String {
        kind == NID_undef ? "unknown" : OBJ_nid2sn(kind).map { String(cString: $0) } ?? "unknown"
    }
}
