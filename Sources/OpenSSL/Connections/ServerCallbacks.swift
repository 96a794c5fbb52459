import COpenSSL

/// What OpenSSL calls during a server's handshake: each finds its connection and calls one method.
enum ServerCallbacks {
    static let clientHello:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
            ssl,
            alert,
            _ in
            guard let connection = TLSConnection.owning(ssl) else { return SSL_CLIENT_HELLO_ERROR }
            guard let refusal = connection.answerClientHello() else { return SSL_CLIENT_HELLO_SUCCESS }
            alert?.pointee = Int32(refusal.rawValue)
            return SSL_CLIENT_HELLO_ERROR
        }

    static let verifyChain: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { context, _ in
        let ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx())
        guard let context, let connection = TLSConnection.owning(ssl.map { OpaquePointer($0) }) else { return 0 }
        return connection.verifyPeer(in: context) ? 1 : 0
    }

    /// RFC 6066 § 3: a server that uses the name says so with an empty extension; OpenSSL does for "OK".
    static let serverName:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = { _, _, _ in
            SSL_TLSEXT_ERR_OK
        }

    static let selectProtocol:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
            UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
        ) -> Int32 = { ssl, selected, selectedCount, offered, offeredCount, owner in
            guard let owner else { return SSL_TLSEXT_ERR_NOACK }
            let context = Unmanaged<TLSContext>.fromOpaque(owner).takeUnretainedValue()
            let names = UnsafeRawBufferPointer(start: offered, count: Int(offeredCount))
            let preference = TLSConnection.owning(ssl)?.negotiation?.applicationProtocols
            guard let choice = context.choose(among: names, by: preference) else { return SSL_TLSEXT_ERR_NOACK }
            selected?.pointee = choice.baseAddress?.assumingMemoryBound(to: UInt8.self)
            selectedCount?.pointee = UInt8(choice.count)
            return SSL_TLSEXT_ERR_OK
        }

    /// RFC 6066 § 8: the client asks for the status of the certificate that was just chosen.
    static let certificateStatus: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { ssl, _ in
        guard let ssl, let connection = TLSConnection.owning(ssl), connection.staple() else {
            return SSL_TLSEXT_ERR_NOACK
        }
        return SSL_TLSEXT_ERR_OK
    }

    static let newSession: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = { ssl, session in
        guard let session, let connection = TLSConnection.owning(ssl) else { return 0 }
        return connection.keep(session) ? 1 : 0
    }

    static let findSession:
        @convention(c) (
            OpaquePointer?, UnsafePointer<UInt8>?, Int32, UnsafeMutablePointer<Int32>?
        ) -> OpaquePointer? = { ssl, id, count, copy in
            // The reference taken under the cache's lock is handed over, OpenSSL shall not take another.
            copy?.pointee = 0
            return TLSConnection.owning(ssl)?.findSession(UnsafeRawBufferPointer(start: id, count: Int(count)))
        }

    static let removeSession: @convention(c) (OpaquePointer?, OpaquePointer?) -> Void = { context, session in
        guard let session, let owner = SSL_CTX_get_ex_data(context, TLSContext.index) else { return }
        Unmanaged<TLSContext>.fromOpaque(owner).takeUnretainedValue().forget(session)
    }
}

/// What OpenSSL calls on either side.
enum ConnectionCallbacks {
    static let info: @convention(c) (OpaquePointer?, Int32, Int32) -> Void = { ssl, event, value in
        guard event & (SSL_CB_ALERT | SSL_CB_LOOP) != 0, let connection = TLSConnection.owning(ssl) else { return }
        connection.countControlStep()
        guard event & SSL_CB_ALERT != 0 else { return }
        // The value is level << 8 | description.
        let alert = TLSAlert(rawValue: UInt8(truncatingIfNeeded: value))
        if event & SSL_CB_WRITE != 0 { connection.alertSent = alert } else { connection.alertReceived = alert }
    }
}
