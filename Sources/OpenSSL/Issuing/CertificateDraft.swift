import COpenSSL
import FoundationEssentials

/// A certificate being filled in, until it is signed.
struct CertificateDraft: ~Copyable {
    private let handle: X509Handle

    /// RFC 5280 § 4.1.2.2 allows 20 bytes; 16 random ones are unique without a register of them.
    private static let serialBytes = 16

    /// A version 3 certificate with a random serial, subject, validity and public key.
    init(
        commonName: String,
        organizationalUnit: String? = nil,
        validity: ClosedRange<Date>,
        key: PrivateKey
    ) throws(OpenSSLError) {
        let handle = X509Handle(adopting: try LibraryCall.make("X509_new") { X509_new() })
        let x509 = handle.pointer
        try LibraryCall.require("X509_set_version") { X509_set_version(x509, Int(X509_VERSION_3)) }
        try CertificateDraft.setSerial(of: x509)
        let subject = X509_get_subject_name(x509)
        if let organizationalUnit {
            try CertificateDraft.add(NID_organizationalUnitName, organizationalUnit, to: subject)
        }
        if !commonName.isEmpty { try CertificateDraft.add(NID_commonName, commonName, to: subject) }
        let begin = ASN1_TIME_set(nil, time_t(validity.lowerBound.timeIntervalSince1970))
        defer { ASN1_TIME_free(begin) }
        let end = ASN1_TIME_set(nil, time_t(validity.upperBound.timeIntervalSince1970))
        defer { ASN1_TIME_free(end) }
        try LibraryCall.require("X509_set1_notBefore") { X509_set1_notBefore(x509, begin) }
        try LibraryCall.require("X509_set1_notAfter") { X509_set1_notAfter(x509, end) }
        try key.withKey { key throws(OpenSSLError) in
            try LibraryCall.require("X509_set_pubkey") { X509_set_pubkey(x509, key) }
        }
        self.handle = handle
    }

    /// Names the issuer; nil for a self-signed certificate.
    func setIssuer(_ issuer: Certificate?) throws(OpenSSLError) {
        let x509 = handle.pointer
        guard let issuer else {
            return try LibraryCall.require("X509_set_issuer_name") {
                X509_set_issuer_name(x509, X509_get_subject_name(x509))
            }
        }
        try issuer.withX509 { issuer throws(OpenSSLError) in
            try LibraryCall.require("X509_set_issuer_name") {
                X509_set_issuer_name(x509, X509_get_subject_name(issuer))
            }
        }
    }

    /// Adds an extension in the notation of openssl's configuration files. For constant texts: what a user gives
    /// could say more than it seems to.
    func add(_ identifier: Int32, _ value: String, issuer: Certificate?) throws(OpenSSLError) {
        let x509 = handle.pointer
        func add(_ issuer: OpaquePointer) throws(OpenSSLError) {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, issuer, x509, nil, nil, 0)
            let value = try LibraryCall.make("X509V3_EXT_conf_nid") {
                X509V3_EXT_conf_nid(nil, &context, identifier, value)
            }
            defer { X509_EXTENSION_free(value) }
            try LibraryCall.require("X509_add_ext") { X509_add_ext(x509, value, -1) }
        }
        guard let issuer else { return try add(x509) }
        try issuer.withX509(add)
    }

    /// Adds the subject alternative name.
    func addAlternativeNames(dnsNames: [String], ipAddresses: [String]) throws(OpenSSLError) {
        let x509 = handle.pointer
        let names = sluice_GENERAL_NAMES_new()
        defer { sluice_GENERAL_NAMES_free(names) }
        for name in dnsNames {
            let value = try LibraryCall.make("ASN1_STRING_type_new") { ASN1_STRING_type_new(V_ASN1_IA5STRING) }
            ASN1_STRING_set(value, name, Int32(name.utf8.count))
            try CertificateDraft.push(GEN_DNS, value, to: names)
        }
        for address in ipAddresses {
            let value = try LibraryCall.make("a2i_IPADDRESS") { a2i_IPADDRESS(address) }
            try CertificateDraft.push(GEN_IPADD, value, to: names)
        }
        try LibraryCall.require("X509_add1_ext_i2d") {
            X509_add1_ext_i2d(x509, NID_subject_alt_name, UnsafeMutableRawPointer(names), 0, 0)
        }
    }

    /// Signs with SHA-256 and gives the finished certificate.
    func sign(with key: PrivateKey) throws(OpenSSLError) -> Certificate {
        let x509 = handle.pointer
        _ = try key.withKey { key throws(OpenSSLError) in
            ErrorQueue.clear()
            guard X509_sign(x509, key, EVP_sha256()) > 0 else {
                throw .library(call: "X509_sign", reasons: ErrorQueue.drain())
            }
        }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = try LibraryCall.length("i2d_X509") { i2d_X509(x509, &bytes) }
        defer { CRYPTO_free(bytes, #fileID, #line) }
        return try Certificate(der: Array(UnsafeBufferPointer(start: bytes, count: count)))
    }

    private static func setSerial(of x509: OpaquePointer) throws(OpenSSLError) {
        var bytes = try RandomBytes.make(count: serialBytes)
        // Positive and without a leading zero byte.
        bytes[0] = bytes[0] & 0x7F | 0x40
        let number = try LibraryCall.make("BN_bin2bn") { BN_bin2bn(bytes, Int32(bytes.count), nil) }
        defer { BN_free(number) }
        _ = try LibraryCall.make("BN_to_ASN1_INTEGER") { BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) }
    }

    private static func add(_ attribute: Int32, _ value: String, to name: OpaquePointer?) throws(OpenSSLError) {
        let bytes = Array(value.utf8)
        try LibraryCall.require("X509_NAME_add_entry_by_NID") {
            X509_NAME_add_entry_by_NID(name, attribute, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0)
        }
    }

    private static func push(
        _ kind: Int32,
        _ value: UnsafeMutablePointer<asn1_string_st>,
        to names: OpaquePointer?
    ) throws(OpenSSLError) {
        guard let name = GENERAL_NAME_new() else {
            ASN1_STRING_free(value)
            throw .library(call: "GENERAL_NAME_new", reasons: ErrorQueue.drain())
        }
        GENERAL_NAME_set0_value(name, kind, value)
        if sluice_GENERAL_NAMES_push(names, name) == 0 {
            GENERAL_NAME_free(name)
            throw .library(call: "sk_GENERAL_NAME_push", reasons: ErrorQueue.drain())
        }
    }
}
