import COpenSSL
package import FoundationEssentials

/// A CA's list of the certificates that it revoked: the whole list, of its own certificates alone.
///
/// The serial numbers are taken over into a table once, when the list is read: OpenSSL's own look-up sorts the list under
/// a lock at the first question, which would be some device's handshake.
package final class CertificateRevocationList: Sendable {
    /// The list's DER, as it was given.
    package let der: [UInt8]
    /// RFC 2253 text of the issuer.
    package let issuer: String
    /// DER of the issuer's name.
    package let issuerDER: [UInt8]
    /// When the list was made.
    package let thisUpdate: Date
    /// When the next one comes at the latest; nil: the list never gets stale.
    package let nextUpdate: Date?
    /// The list's number in lower-case hexadecimal, which grows from list to list; nil when it has none.
    package let number: String?
    /// The digest of the signature, such as "SHA256"; nil where the algorithm has none of its own.
    package let signatureDigest: String?
    private let revoked: [CertificateSerial: Revocation]

    /// The most that is read of a list, in bytes of DER: some 400,000 entries.
    package static let maximumBytes = 16 * 1024 * 1024
    /// The most PEM text: base64 of the same.
    package static let maximumPEMBytes = maximumBytes / 48 * 65 + 4096

    /// Reads a list in PEM or DER. Takes about a microsecond for an entry.
    ///
    /// - Throws: `RevocationListError`: no delta list, indirect list or partial list is taken.
    package convenience init(_ bytes: [UInt8]) throws(RevocationListError) {
        // DER of a list is a SEQUENCE; no PEM text begins with that byte ("0") before its BEGIN line.
        if bytes.first == 0x30 {
            try self.init(der: bytes)
        } else {
            try self.init(der: CertificateRevocationList.readPEM(bytes))
        }
    }

    /// Reads a list in DER.
    package init(der: [UInt8]) throws(RevocationListError) {
        let list = try CertificateRevocationList.parse(der)
        try RevocationListScope.check(list.pointer)
        defer { ErrorQueue.clear() }
        self.der = der
        let name = X509_CRL_get_issuer(list.pointer)
        issuer = DistinguishedName.text(of: name)
        issuerDER = DistinguishedName.der(of: name)
        thisUpdate = CertificateFacts.date(X509_CRL_get0_lastUpdate(list.pointer))
        nextUpdate = X509_CRL_get0_nextUpdate(list.pointer).map { CertificateFacts.date($0) }
        number = RevocationListScope.number(of: list.pointer)
        signatureDigest = CertificateRevocationList.digest(of: list.pointer)
        revoked = try CertificateRevocationList.entries(of: list.pointer)
    }

    /// How many certificates are revoked.
    package var count: Int { revoked.count }

    /// When and why a certificate of the issuer was revoked; nil when it was not. One look-up in a table.
    package func revocation(of serial: CertificateSerial) -> Revocation? {
        revoked[serial]
    }

    /// Is it past the date by which a newer one was promised?
    package func isStale(at now: Date) -> Bool {
        nextUpdate.map { $0 < now } ?? false
    }

    /// Has this CA issued and signed the list? Reads it again for that, which takes as long as ``init(der:)``.
    ///
    /// - Throws: `RevocationListError.wrongIssuer` or `.badSignature`.
    package func checkIssued(by authority: Certificate) throws(RevocationListError) {
        let list = try CertificateRevocationList.parse(der)
        defer { ErrorQueue.clear() }
        let verdict = authority.withX509 { x509 -> (isNamed: Bool, isSigned: Bool) in
            let isNamed = X509_NAME_cmp(X509_get_subject_name(x509), X509_CRL_get_issuer(list.pointer)) == 0
            return (isNamed, isNamed && X509_CRL_verify(list.pointer, X509_get0_pubkey(x509)) == 1)
        }
        guard verdict.isNamed else { throw .wrongIssuer(found: issuer, needed: authority.description) }
        guard verdict.isSigned else { throw .badSignature(authority: authority.description) }
    }

    private static func readPEM(_ text: [UInt8]) throws(RevocationListError) -> [UInt8] {
        guard text.count <= maximumPEMBytes else { throw .tooLarge(bytes: text.count, limit: maximumPEMBytes) }
        let blocks: [PEMBlock]
        do throws(OpenSSLError) {
            blocks = try PEMBlock.read(text)
        } catch {
            throw .unreadable(error)
        }
        let lists = blocks.filter { $0.label == "X509 CRL" }
        guard let list = lists.first else {
            throw .unreadable(.missingPEMBlock(needed: "X509 CRL", found: blocks.map(\.label)))
        }
        guard lists.count == 1 else { throw .several(found: lists.count) }
        return list.der
    }

    private static func parse(_ der: [UInt8]) throws(RevocationListError) -> RevocationListHandle {
        guard der.count <= maximumBytes else { throw .tooLarge(bytes: der.count, limit: maximumBytes) }
        ErrorQueue.clear()
        var consumed = 0
        let list: OpaquePointer? = der.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var position: UnsafePointer<UInt8>? = start
            defer { consumed = position.map { $0 - start } ?? 0 }
            return d2i_X509_CRL(nil, &position, bytes.count)
        }
        guard let list else { throw .unreadable(.malformedRevocationList(reasons: ErrorQueue.drain())) }
        let handle = RevocationListHandle(adopting: list)
        ErrorQueue.clear()
        guard consumed == der.count else {
            throw .unreadable(.trailingBytes(count: der.count - consumed, after: "revocation list"))
        }
        return handle
    }

    private static func entries(
        of list: OpaquePointer
    ) throws(RevocationListError) -> [CertificateSerial: Revocation] {
        let stack = sluice_X509_CRL_get_REVOKED(list)
        let count = max(0, sluice_sk_X509_REVOKED_num(stack))
        var entries: [CertificateSerial: Revocation] = [:]
        entries.reserveCapacity(Int(count))
        for index in 0..<count {
            guard let entry = sluice_sk_X509_REVOKED_value(stack, index) else { continue }
            let serial = CertificateSerial(X509_REVOKED_get0_serialNumber(entry))
            entries[serial] = Revocation(
                at: CertificateFacts.date(X509_REVOKED_get0_revocationDate(entry)),
                reason: try RevocationListScope.reason(of: entry)
            )
        }
        return entries
    }

    private static func digest(of list: OpaquePointer) -> String? {
        var digest: Int32 = NID_undef
        guard OBJ_find_sigid_algs(X509_CRL_get_signature_nid(list), &digest, nil) == 1, digest != NID_undef else {
            return nil
        }
        return OBJ_nid2sn(digest).map { String(cString: $0) }
    }
}

extension CertificateRevocationList: CustomStringConvertible {
    package var description: String { "revocation list of \(issuer), \(count) certificates" }
}
