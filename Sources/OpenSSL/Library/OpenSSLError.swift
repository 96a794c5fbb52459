/// Why something given to this target (PEM, DER, keys, options) could not be used.
///
/// What goes wrong on a connection is a ``TLSFailure``; what is wrong with a device's chain is a ``ChainFailure``.
package enum OpenSSLError: Error, Sendable, Hashable {
    /// A call into OpenSSL failed for the reasons that it queued, the root cause first.
    case library(call: String, reasons: [LibraryReason])
    /// The text holds no PEM block of the kind that is needed.
    case missingPEMBlock(needed: String, found: [String])
    /// A PEM block is damaged: a broken line, wrong base64, or no END line.
    case malformedPEM(afterBlocks: Int, reasons: [LibraryReason])
    /// The bytes are not the DER of a certificate.
    case malformedCertificate(reasons: [LibraryReason])
    /// The bytes are not the DER of a revocation list.
    case malformedRevocationList(reasons: [LibraryReason])
    /// The bytes are not the DER of an OCSP response.
    case malformedOCSPResponse(reasons: [LibraryReason])
    /// The bytes are not the DER of a private key of the kind that its label names.
    case malformedKey(label: String, reasons: [LibraryReason])
    /// Bytes follow the DER value.
    case trailingBytes(count: Int, after: String)
    /// The private key is protected by a password.
    case encryptedKey(label: String)
    /// The key is of a kind that TLS servers do not use here (DSA, DH parameters, …).
    case unsupportedKey(label: String)
    /// The private key does not belong to the certificate.
    case keyMismatch(subject: String)
    /// A context was asked for without any certificate.
    case emptyChain
    /// Sealed bytes were changed, or sealed under another key or for another purpose.
    case authenticationFailed
    /// Sealed bytes are too short to hold a nonce and a tag.
    case sealedTooShort(found: Int, needed: Int)
    /// A key or a nonce has the wrong length.
    case wrongLength(what: String, found: Int, needed: Int)
}

extension OpenSSLError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .library(let call, let reasons):
            "OpenSSL's \(call) failed: \(words(reasons))."
        case .missingPEMBlock(let needed, let found) where found.isEmpty:
            "No PEM block found, a \(needed) is needed. Give the file with the line “-----BEGIN \(needed)-----”."
        case .missingPEMBlock(let needed, let found):
            "Found \(found.joined(separator: ", ")), but a \(needed) is needed. Was the right file given?"
        case .malformedPEM(let blocks, let reasons):
            "PEM block \(blocks + 1) is damaged: \(words(reasons)). Copy the file again, with its BEGIN and END lines."
        case .malformedCertificate(let reasons):
            "Not a certificate: \(words(reasons)). An X.509 certificate in PEM or DER is needed."
        case .malformedRevocationList(let reasons):
            "Not a revocation list: \(words(reasons)). An X.509 CRL in PEM or DER is needed."
        case .malformedOCSPResponse(let reasons):
            "Not an OCSP response: \(words(reasons)). The DER of one is needed, as openssl ocsp -respout writes it."
        case .malformedKey(let label, let reasons):
            "The \(label) cannot be read: \(words(reasons)). A PKCS#8, SEC1 or PKCS#1 key is needed."
        case .trailingBytes(let count, let after):
            "\(count) bytes follow the \(after). Remove them, or give PEM."
        case .encryptedKey(let label):
            "The private key is encrypted (\(label)), an unencrypted one is needed. "
                + "Remove the password with: openssl pkey -in key.pem -out plain.pem"
        case .unsupportedKey(let label):
            "\(label) cannot be used as a TLS key. Give an RSA, EC or Ed25519 private key."
        case .keyMismatch(let subject):
            "The private key does not belong to the certificate of \(subject). Give the key that its request was made with."
        case .emptyChain:
            "No certificate given, at least the server's own is needed."
        case .authenticationFailed:
            "The sealed bytes do not open: they were changed, or sealed under another key. Check the key-encryption key."
        case .sealedTooShort(let found, let needed):
            "Sealed bytes are \(found) long, at least \(needed) are needed. They were cut short."
        case .wrongLength(let what, let found, let needed):
            "The \(what) has \(found) bytes, \(needed) are needed."
        }
    }

    private func words(_ reasons: [LibraryReason]) -> String {
        reasons.isEmpty ? "no reason given" : reasons.map(\.description).joined(separator: "; ")
    }
}
