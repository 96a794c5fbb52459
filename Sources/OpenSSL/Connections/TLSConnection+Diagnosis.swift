import COpenSSL
import Glibc

extension TLSConnection {
    /// Tells what a result of 0 or less means, and empties the error queue.
    func diagnose(_ result: Int32) -> TLSStep {
        let systemError = errno
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ:
            return .wantRead
        case SSL_ERROR_WANT_WRITE:
            return .wantWrite
        case SSL_ERROR_ZERO_RETURN:
            // A server is told of an end without close_notify in this way, too.
            if alertReceived == .closeNotify { return .endOfStream }
            note(.truncated)
            return .failed
        case SSL_ERROR_SYSCALL:
            ErrorQueue.clear()
            note(systemError == 0 ? .truncated : .transport(errno: systemError))
            return .failed
        default:
            note(failure(from: ErrorQueue.drain()))
            return .failed
        }
    }

    /// The first failure stays: what a callback decided explains what OpenSSL says afterwards.
    func note(_ candidate: TLSFailure) {
        if failure == nil { failure = candidate }
    }

    private func failure(from reasons: [LibraryReason]) -> TLSFailure {
        let codes = Set(reasons.filter { $0.library == ERR_LIB_SSL }.map(\.reason))
        func has(_ candidates: Int32...) -> Bool { candidates.contains { codes.contains($0) } }
        if has(SSL_R_UNEXPECTED_EOF_WHILE_READING) { return .truncated }
        if let alert = alertReceived, alert != .closeNotify { return .peerAlert(alert) }
        if has(SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) { return .noCertificate }
        if has(SSL_R_CERTIFICATE_VERIFY_FAILED) {
            let code = SSL_get_verify_result(ssl)
            return .untrustedServer(code: code, reason: String(cString: X509_verify_cert_error_string(code)))
        }
        let words = reasons.map(\.description).joined(separator: "; ")
        if has(SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER) && !hasAnsweredHello {
            return .notTLS(reason: words)
        }
        if has(SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_NO_PROTOCOLS_AVAILABLE) {
            return .noSharedVersion(
                offered: negotiation?.offeredVersions ?? [],
                allowed: negotiation?.allowedVersions ?? .tls1_0 ... .tls1_3
            )
        }
        if has(SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS) {
            return .noSharedCipher(reason: words)
        }
        return .protocolViolation(reasons)
    }

    private var hasAnsweredHello: Bool { negotiation?.hasAnswered ?? true }
}
