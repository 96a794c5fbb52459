import COpenSSL

/// An X.509 certificate: its DER, and OpenSSL's parsed form of it.
package struct Certificate: Sendable {
    private let parsed: ParsedCertificate

    /// The certificate's DER, as it was given.
    package let der: [UInt8]

    /// Parses DER.
    ///
    /// - Throws: ``OpenSSLError/malformedCertificate(reasons:)``, ``OpenSSLError/trailingBytes(count:after:)``.
    package init(der: [UInt8]) throws(OpenSSLError) {
        parsed = ParsedCertificate(adopting: try Certificate.parse(der, in: .process))
        self.der = der
    }

    /// Parses the first certificate of a PEM text.
    ///
    /// - Throws: what ``readPEM(_:)`` throws.
    package init(pem: String) throws(OpenSSLError) {
        let first = try Certificate.readPEM(pem).first
        guard let first else { throw .missingPEMBlock(needed: "CERTIFICATE", found: []) }
        self = first
    }

    /// Parses every certificate of a PEM text, in its order; keys and text in between are skipped.
    ///
    /// - Throws: ``OpenSSLError/missingPEMBlock(needed:found:)`` when there is none, and what a damaged block throws.
    package static func readPEM(_ text: String) throws(OpenSSLError) -> [Certificate] {
        let blocks = try PEMBlock.read(Array(text.utf8))
        var certificates: [Certificate] = []
        for block in blocks where labels.contains(block.label) {
            certificates.append(try Certificate(der: block.der))
        }
        guard !certificates.isEmpty else {
            throw .missingPEMBlock(needed: "CERTIFICATE", found: blocks.map(\.label))
        }
        return certificates
    }

    /// The certificate as a PEM block.
    package var pem: String {
        get throws(OpenSSLError) { try PEMBlock.write(label: "CERTIFICATE", der: der) }
    }

    /// What the certificate says, copied out of OpenSSL. Takes some microseconds each time.
    package var facts: CertificateFacts {
        CertificateFacts(of: parsed.handle.pointer, der: der)
    }

    /// Has the key of that certificate signed this one? Names and dates do not matter. Takes some tens of microseconds.
    package func isSigned(by issuer: Certificate) -> Bool {
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        return withX509 { subject in
            issuer.withX509 { issuer in
                guard let key = X509_get0_pubkey(issuer) else { return false }
                return X509_verify(subject, key) == 1
            }
        }
    }

    /// Gives OpenSSL's form of it to `body`; the pointer must not outlive the call.
    func withX509<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(parsed.handle.pointer)
    }

    /// Labels that hold a plain certificate. "TRUSTED CERTIFICATE" has settings of OpenSSL's own behind the
    /// certificate, which decide about trust: it is not taken.
    private static let labels: Set<String> = ["CERTIFICATE", "X509 CERTIFICATE"]

    /// Parses DER into a new X509 of one library context.
    static func parse(_ der: [UInt8], in library: LibraryContext) throws(OpenSSLError) -> X509Handle {
        let empty = try LibraryCall.make("X509_new_ex") { X509_new_ex(library.pointer, nil) }
        var x509: OpaquePointer? = empty
        ErrorQueue.clear()
        let consumed = der.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            // On failure d2i_X509 frees what it was given and sets it to null.
            return d2i_X509(&x509, &position, bytes.count) == nil
                ? nil : position.map { $0 - (bytes.baseAddress ?? $0) }
        }
        guard let consumed, let x509 else {
            throw .malformedCertificate(reasons: ErrorQueue.drain())
        }
        let handle = X509Handle(adopting: x509)
        guard consumed == der.count else {
            throw .trailingBytes(count: der.count - consumed, after: "certificate")
        }
        // Parses the extensions now: later, inside a verification, several threads might do it at once.
        _ = X509_check_purpose(handle.pointer, -1, 0)
        ErrorQueue.clear()
        return handle
    }
}

extension Certificate: Hashable {
    package static func == (left: Certificate, right: Certificate) -> Bool {
        left.der == right.der
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(der)
    }
}

extension Certificate: CustomStringConvertible {
    /// The subject's name.
    package var description: String {
        withX509 { DistinguishedName.text(of: X509_get_subject_name($0)) }
    }
}

/// Shares one parsed certificate between copies of a ``Certificate``.
private final class ParsedCertificate: Sendable {
    // Sendable: the X509 is never changed after parsing, and what OpenSSL caches inside it is under its own lock.
    nonisolated(unsafe) let handle: X509Handle

    init(adopting handle: consuming X509Handle) {
        self.handle = handle
    }
}
