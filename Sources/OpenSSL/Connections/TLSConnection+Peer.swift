import COpenSSL

extension TLSConnection {
    /// The negotiated version; nil before there is one.
    package var version: TLSVersion? {
        TLSVersion(rawValue: UInt16(truncatingIfNeeded: SSL_version(ssl)))
    }

    /// OpenSSL's name of the cipher suite, such as "TLS_AES_256_GCM_SHA384"; nil before there is one.
    package var cipherName: String? {
        SSL_get_current_cipher(ssl).flatMap { SSL_CIPHER_get_name($0) }.map { String(cString: $0) }
    }

    /// OpenSSL's security level for this connection: 0 for a legacy handshake, 2 for all others.
    package var securityLevel: Int { Int(SSL_get_security_level(ssl)) }

    /// The handshake resumed a session: no certificate was verified in it.
    package var isResumed: Bool { SSL_session_reused(ssl) == 1 }

    /// The application protocol that was agreed on; nil without ALPN.
    package var applicationProtocol: String? {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &bytes, &count)
        guard let bytes, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    /// SHA-256 of the peer's certificate, of a resumed session too; nil when it showed none.
    package var peerFingerprint: [UInt8]? { peerCertificateDER.map { SHA256.hash($0) } }

    /// What the peer's certificate says, of a resumed session too; nil when it showed none. Takes some microseconds
    /// each time.
    package var peerFacts: CertificateFacts? {
        guard let x509 = SSL_get0_peer_certificate(ssl), let der = peerCertificateDER else { return nil }
        return CertificateFacts(of: x509, der: der)
    }

    /// What the certificate says whose chain was refused in the handshake; nil when none was. Takes some microseconds.
    package var refusedPeerFacts: CertificateFacts? {
        negotiation?.refusedCertificate.flatMap { try? Certificate(der: $0).facts }
    }

    /// SHA-256 of the certificate that this side shows, or would have shown before a session was resumed.
    package var ownFingerprint: [UInt8]? {
        SSL_get_certificate(ssl).flatMap { TLSConnection.der(of: $0) }.map { SHA256.hash($0) }
    }

    /// The first CN of the peer's certificate; nil when there is none.
    package var peerCommonName: String? {
        SSL_get0_peer_certificate(ssl).flatMap {
            DistinguishedName.first(NID_commonName, of: X509_get_subject_name($0))
        }
    }

    /// The DER of the peer's certificate; nil when it showed none.
    package var peerCertificateDER: [UInt8]? {
        SSL_get0_peer_certificate(ssl).flatMap { TLSConnection.der(of: $0) }
    }

    static func der(of x509: OpaquePointer) -> [UInt8]? {
        let count = i2d_X509(x509, nil)
        guard count > 0 else {
            ErrorQueue.clear()
            return nil
        }
        return [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, written in
            var position = buffer.baseAddress
            written = Int(i2d_X509(x509, &position))
        }
    }

    /// The subjects of the CAs that the peer's CertificateRequest named (client side).
    package var requestedAuthorities: [String] {
        let names = SSL_get0_peer_CA_list(ssl)
        return (0..<max(0, sluice_sk_X509_NAME_num(names))).map {
            DistinguishedName.text(of: sluice_sk_X509_NAME_value(names, $0))
        }
    }

    /// The session to resume later (client side); in TLS 1.3 only after a ticket has been read.
    package var session: TLSSession? {
        SSL_get1_session(ssl).map { TLSSession(adopting: SSLSessionHandle(adopting: $0)) }
    }
}
