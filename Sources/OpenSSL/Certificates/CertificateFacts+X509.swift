import COpenSSL
import FoundationEssentials
import Glibc

extension CertificateFacts {
    /// Copies the facts out of an X509 whose DER is known.
    init(of x509: OpaquePointer, der: [UInt8]) {
        defer { ErrorQueue.clear() }
        let subjectName = X509_get_subject_name(x509)
        let issuerName = X509_get_issuer_name(x509)
        fingerprint = SHA256.hash(der)
        serialHex = CertificateFacts.serialHex(of: x509)
        subject = DistinguishedName.text(of: subjectName)
        issuer = DistinguishedName.text(of: issuerName)
        subjectDER = DistinguishedName.der(of: subjectName)
        issuerDER = DistinguishedName.der(of: issuerName)
        commonName = DistinguishedName.first(NID_commonName, of: subjectName)
        organizationalUnit = DistinguishedName.first(NID_organizationalUnitName, of: subjectName)
        dnsNames = CertificateFacts.dnsNames(of: x509)
        notBefore = CertificateFacts.date(X509_get0_notBefore(x509))
        notAfter = CertificateFacts.date(X509_get0_notAfter(x509))
        keyKind = CertificateFacts.keyKind(of: x509)
        isCA = X509_check_ca(x509) != 0
        let length = X509_get_pathlen(x509)
        pathLength = length < 0 ? nil : Int(length)
        isSelfSigned = X509_self_signed(x509, 1) == 1
        let flags = X509_get_extension_flags(x509)
        keyUsages = flags & UInt32(EXFLAG_KUSAGE) == 0 ? nil : KeyUsages(rawValue: X509_get_key_usage(x509))
        let usages = CertificateFacts.extendedKeyUsages(of: x509)
        extendedKeyUsages = usages
        allowsClientAuthentication = CertificateFacts.allows("clientAuth", usages)
        allowsServerAuthentication = CertificateFacts.allows("serverAuth", usages)
        signatureDigest = CertificateFacts.signatureDigest(of: x509)
        subjectKeyIdentifier = CertificateFacts.bytes(X509_get0_subject_key_id(x509))
        authorityKeyIdentifier = CertificateFacts.bytes(X509_get0_authority_key_id(x509))
    }

    /// A certificate's time as a date. A time that cannot be read counts as long past.
    static func date(_ time: UnsafePointer<asn1_string_st>?) -> Date {
        var fields = tm()
        guard ASN1_TIME_to_tm(time, &fields) == 1 else { return .distantPast }
        return Date(timeIntervalSince1970: TimeInterval(timegm(&fields)))
    }

    /// The kind of the public key; a key that OpenSSL cannot decode is `.other`.
    static func keyKind(of x509: OpaquePointer) -> KeyKind {
        guard let key = X509_get0_pubkey(x509) else { return .other("an undecodable key") }
        return KeyKind(of: key)
    }

    /// Names of the extended key usages, nil when the extension is absent.
    static func extendedKeyUsages(of x509: OpaquePointer) -> [String]? {
        guard let extensionValue = X509_get_ext_d2i(x509, NID_ext_key_usage, nil, nil) else { return nil }
        let usages = OpaquePointer(extensionValue)
        defer { sluice_EXTENDED_KEY_USAGE_free(usages) }
        return (0..<sluice_EXTENDED_KEY_USAGE_num(usages)).map { index in
            let object = sluice_EXTENDED_KEY_USAGE_value(usages, index)
            let identifier = OBJ_obj2nid(object)
            if identifier != NID_undef, let name = OBJ_nid2sn(identifier) { return String(cString: name) }
            return dottedText(of: object)
        }
    }

    /// The digest that the certificate is signed with.
    static func signatureDigest(of x509: OpaquePointer) -> String? {
        var digest: Int32 = NID_undef
        guard X509_get_signature_info(x509, &digest, nil, nil, nil) == 1, digest != NID_undef else { return nil }
        return OBJ_nid2sn(digest).map { String(cString: $0) }
    }

    private static func allows(_ purpose: String, _ usages: [String]?) -> Bool {
        guard let usages else { return true }
        return usages.contains(purpose) || usages.contains("anyExtendedKeyUsage")
    }

    private static func serialHex(of x509: OpaquePointer) -> String {
        guard let serial = X509_get0_serialNumber(x509), let number = ASN1_INTEGER_to_BN(serial, nil) else { return "" }
        defer { BN_free(number) }
        guard let text = BN_bn2hex(number) else { return "" }
        defer { CRYPTO_free(text, #fileID, #line) }
        let digits = String(cString: text).lowercased()
        let isNegative = digits.hasPrefix("-")
        let significant = digits.drop { $0 == "-" || $0 == "0" }
        return (isNegative ? "-" : "") + (significant.isEmpty ? "0" : String(significant))
    }

    private static func dnsNames(of x509: OpaquePointer) -> [String] {
        guard let extensionValue = X509_get_ext_d2i(x509, NID_subject_alt_name, nil, nil) else { return [] }
        let names = OpaquePointer(extensionValue)
        defer { sluice_GENERAL_NAMES_free(names) }
        return (0..<sluice_GENERAL_NAMES_num(names)).compactMap { index in
            var kind: Int32 = 0
            guard let value = GENERAL_NAME_get0_value(sluice_GENERAL_NAMES_value(names, index), &kind),
                kind == GEN_DNS
            else { return nil }
            let bytes = CertificateFacts.bytes(UnsafePointer(value.assumingMemoryBound(to: asn1_string_st.self))) ?? []
            // A NUL or a control character in a name is an attempt to look like another name.
            guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func bytes(_ value: UnsafePointer<asn1_string_st>?) -> [UInt8]? {
        guard let value, let start = ASN1_STRING_get0_data(value) else { return nil }
        return Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(value))))
    }

    /// Longest dotted identifier that is printed whole; longer ones are cut, never read beyond.
    private static let maximumDottedBytes = 128

    private static func dottedText(of object: OpaquePointer?) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: maximumDottedBytes) { buffer in
            guard let start = buffer.baseAddress, OBJ_obj2txt(start, Int32(buffer.count), object, 1) > 0 else {
                return "unknown"
            }
            return String(cString: start)
        }
    }
}
