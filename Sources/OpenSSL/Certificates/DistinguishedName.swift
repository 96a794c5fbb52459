import COpenSSL

/// Reading of X.509 names.
enum DistinguishedName {
    /// The name as RFC 2253 text, most specific part first, UTF-8 kept readable; "" for an empty name.
    static func text(of name: OpaquePointer?) -> String {
        guard let name, let bio = BIO_new(BIO_s_mem()) else { return "" }
        let handle = BIOHandle(adopting: bio)
        guard X509_NAME_print_ex(handle.pointer, name, 0, sluice_rfc2253_name_flags()) >= 0 else {
            ErrorQueue.clear()
            return ""
        }
        var start: UnsafeMutablePointer<CChar>?
        let count = sluice_BIO_get_mem_data(handle.pointer, &start)
        return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The first value of one attribute, such as NID_commonName; nil when absent or not text.
    static func first(_ attribute: Int32, of name: OpaquePointer?) -> String? {
        guard let name else { return nil }
        let index = X509_NAME_get_index_by_NID(name, attribute, -1)
        guard index >= 0, let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)) else { return nil }
        return text(value)
    }

    /// The DER of the whole name.
    static func der(of name: OpaquePointer?) -> [UInt8] {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        guard let name, X509_NAME_get0_der(name, &bytes, &count) == 1 else {
            ErrorQueue.clear()
            return []
        }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// Any of ASN.1's strings as text. A NUL inside stays inside: nothing is cut off at it.
    static func text(_ value: UnsafePointer<asn1_string_st>) -> String? {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = ASN1_STRING_to_UTF8(&bytes, value)
        guard count >= 0 else {
            ErrorQueue.clear()
            return nil
        }
        defer { CRYPTO_free(bytes, #fileID, #line) }
        return String(validating: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }
}
