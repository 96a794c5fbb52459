import COpenSSL

/// What a client may cost between its data: key updates, attempts to renegotiate.
///
/// SSL_read answers such messages by itself and goes on until data comes or the socket is empty. Who sends them faster
/// than they are answered, which a few megabits per second are enough for, would never let it return, and the thread would
/// serve nobody else.
extension TLSConnection {
    /// Steps of libssl's state machine, and alerts sent, in advance of any data. A key update takes up to three.
    static let maximumControlSteps = 128
    /// Bytes of data, either way, that are worth one step more.
    static let bytesPerControlStep = 1024

    /// Goes on to new keys for what is written from now on (TLS 1.3), and tells the peer. It does not ask for the peer's.
    ///
    /// - Returns: `done`, `wantWrite` or `failed`.
    package func updateKeys() -> TLSStep {
        ErrorQueue.clear()
        guard SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 else { return diagnose(0) }
        let result = SSL_do_handshake(ssl)
        return result == 1 ? .done : diagnose(result)
    }

    /// A step that is no data, told by libssl; too many of them on a server's connection break it.
    func countControlStep() {
        // Within the handshake libssl itself bounds what may come.
        guard negotiation == nil, SSL_is_server(ssl) == 1 else { return }
        controlSteps += 1
        guard controlSteps > TLSConnection.maximumControlSteps, failure == nil else { return }
        note(.controlFlood(steps: controlSteps))
        // No callback can make SSL_read fail, but it ends where there is no socket any more. The descriptor is not ours
        // and stays open.
        _ = BIO_int_ctrl(SSL_get_rbio(ssl), BIO_C_SET_FD, Int(BIO_NOCLOSE), -1)
    }

    /// Data has moved.
    func creditControlSteps(_ bytes: Int) {
        guard controlSteps > 0 else { return }
        controlSteps = max(0, controlSteps - bytes / TLSConnection.bytesPerControlStep)
    }
}
