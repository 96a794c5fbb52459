import COpenSSL
import FoundationEssentials

/// A server certificate with the OCSP response that is shown with it.
struct StapledLeaf: Sendable {
    private let leaf: Certificate
    private let staple: OCSPResponse

    /// Nil for an identity without a response.
    init?(_ identity: TLSIdentity) {
        guard let leaf = identity.chain.first, let staple = identity.staple else { return nil }
        self.leaf = leaf
        self.staple = staple
    }

    /// Is it this certificate's?
    func isAbout(_ x509: OpaquePointer) -> Bool {
        leaf.withX509 { X509_cmp($0, x509) == 0 }
    }

    /// The response, while it may be shown: one that has expired, or says anything but good, would be worse than none.
    func response(at now: Date) -> [UInt8]? {
        do throws(OCSPError) {
            try staple.checkUsable(at: now)
            return staple.der
        } catch {
            return nil
        }
    }
}

extension TLSConnection {
    /// Adds the response for the certificate that this handshake shows. False when there is none to show.
    func staple() -> Bool {
        guard let leaf = SSL_get_certificate(ssl), let response = selectedContext.staple(for: leaf),
            let copy = sluice_OPENSSL_memdup(response, response.count)
        else { return false }
        // Takes the copy over.
        guard sluice_SSL_set_tlsext_status_ocsp_resp(ssl, copy, response.count) == 1 else {
            CRYPTO_free(copy, #fileID, #line)
            return false
        }
        return true
    }

    /// Asks the server for the status of its certificate (client side), before the handshake.
    package func requestCertificateStatus() throws(OpenSSLError) {
        try LibraryCall.require("SSL_set_tlsext_status_type") { sluice_SSL_set_tlsext_status_type(ssl) }
    }

    /// The OCSP response that the server showed (client side); nil when it showed none.
    package var stapledResponse: [UInt8]? {
        var bytes: UnsafePointer<UInt8>?
        let count = sluice_SSL_get_tlsext_status_ocsp_resp(ssl, &bytes)
        guard count > 0 else { return nil }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
