import OpenSSL

/// Reading of files with certificates.
enum CertificateBundle {
    /// Every certificate of a PEM text, or the one of a DER file.
    static func read(_ bytes: [UInt8]) throws(OpenSSLError) -> [Certificate] {
        // DER of a certificate is a SEQUENCE; no PEM text begins with that byte ("0") before its BEGIN line.
        let isDER = bytes.starts(with: [0x30, 0x82]) || bytes.starts(with: [0x30, 0x81])
        if isDER { return [try Certificate(der: bytes)] }
        return try Certificate.readPEM(String(decoding: bytes, as: UTF8.self))
    }
}
