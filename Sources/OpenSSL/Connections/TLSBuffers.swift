import COpenSSL

/// TLS for whoever moves the bytes himself (a NIO pipeline): ciphertext goes in and comes out as arrays.
///
/// It belongs to one thread at a time, and never waits. Nothing gathers in here: every call hands out all that it made,
/// and what stays is a part of a record or of a handshake message, which OpenSSL bounds.
package final class TLSBuffers {
    /// Where the connection stands.
    package enum State: Sendable, Hashable {
        /// The handshake goes on: nothing can be sent yet.
        case handshaking
        /// Data goes both ways.
        case open
        /// The peer has closed its half in order; data can still be sent.
        case endOfStream
        /// Broken: see ``TLSBuffers/failure``. What there is to send (an alert) is the last.
        case failed
    }

    /// Where the connection stands after the last call.
    package private(set) var state = State.handshaking

    private let connection: TLSConnection
    private let policy: HelloPolicy?

    /// The server side.
    ///
    /// - Parameters:
    ///   - context: A server context with its certificate.
    ///   - clientAuthentication: Whether clients need a certificate.
    ///   - versions: The versions spoken.
    package init(
        server context: TLSContext,
        clientAuthentication: ClientAuthentication = .none,
        versions: ClosedRange<TLSVersion> = .tls1_2 ... .tls1_3
    ) throws(OpenSSLError) {
        connection = try TLSConnection(server: context, over: .memory)
        policy = HelloPolicy(
            context: context,
            clientAuthentication: clientAuthentication,
            versions: versions,
            sessionBinding: nil
        )
    }

    /// The client side. `serverName` goes into SNI, and the certificate is checked against it.
    package init(client context: TLSContext, serverName: String?) throws(OpenSSLError) {
        connection = try TLSConnection(client: context, over: .memory, serverName: serverName, session: nil)
        policy = nil
    }

    /// Why it is broken, once the state is ``State/failed``.
    package var failure: TLSFailure? { connection.failure }

    /// What was negotiated and who the peer is; nil before the handshake is complete.
    package var session: TLSConnection? { state == .handshaking ? nil : connection }

    /// Begins the handshake on the client's side: gives the first flight. A server has nothing to say first.
    package func begin(sending ciphertext: inout [UInt8]) {
        guard state == .handshaking else { return }
        advance()
        takeOutput(&ciphertext)
    }

    /// Takes what came from the network, in pieces of any size.
    ///
    /// - Parameters:
    ///   - bytes: Ciphertext.
    ///   - plaintext: Gets the data in it appended; never more bytes than have come in.
    ///   - ciphertext: Gets what must be sent for it appended: handshake messages and alerts.
    package func receive(
        _ bytes: UnsafeRawBufferPointer,
        into plaintext: inout [UInt8],
        sending ciphertext: inout [UInt8]
    ) {
        // What comes after a close_notify is not read, and so must not gather.
        guard state == .handshaking || state == .open, !bytes.isEmpty else { return }
        guard BIO_write(SSL_get_rbio(connection.ssl), bytes.baseAddress, Int32(clamping: bytes.count)) == bytes.count
        else {
            ErrorQueue.clear()
            return fail(.transport(errno: 0))
        }
        if state == .handshaking { advance() }
        if state == .open { readAll(into: &plaintext) }
        // A flood of key updates is noticed between two reads, none of which fails for it.
        if connection.failure != nil { state = .failed }
        takeOutput(&ciphertext)
    }

    /// The network says that nothing more will come. Without a close_notify before it the stream was cut off.
    package func receiveEnd() {
        if state == .handshaking || state == .open { fail(.truncated) }
    }

    /// Encrypts data. All of it is taken.
    ///
    /// - Returns: False, and nothing is taken, unless the state is ``State/open`` or ``State/endOfStream``.
    package func send(_ plaintext: UnsafeRawBufferPointer, into ciphertext: inout [UInt8]) -> Bool {
        guard state == .open || state == .endOfStream else { return false }
        var rest = plaintext[...]
        while !rest.isEmpty {
            // Memory takes everything: there is no wait here, only success or failure.
            guard case .bytes(let count) = connection.write(UnsafeRawBufferPointer(rebasing: rest)) else {
                fail(.truncated)
                return false
            }
            rest = rest.dropFirst(count)
            takeOutput(&ciphertext)
        }
        return true
    }

    /// Closes our half in order (close_notify).
    package func close(sending ciphertext: inout [UInt8]) {
        guard state == .open || state == .endOfStream else { return }
        _ = connection.shutdown()
        takeOutput(&ciphertext)
    }

    private func advance() {
        let step = policy.map { policy in connection.handshake { _ in .proceed(policy) } } ?? connection.handshake()
        switch step {
        case .done: state = .open
        case .wantRead, .wantWrite, .bytes: break
        case .endOfStream, .failed: fail(.truncated)
        }
    }

    private func readAll(into plaintext: inout [UInt8]) {
        while state == .open {
            let step = withUnsafeTemporaryAllocation(byteCount: TLSBuffers.maximumRecordBytes, alignment: 1) { buffer in
                let step = connection.read(into: buffer)
                if case .bytes(let count) = step { plaintext += buffer[..<count] }
                return step
            }
            switch step {
            case .bytes: continue
            case .wantRead, .wantWrite, .done: return
            case .endOfStream: state = .endOfStream
            case .failed: fail(.truncated)
            }
        }
    }

    private func takeOutput(_ ciphertext: inout [UInt8]) {
        let output = SSL_get_wbio(connection.ssl)
        while true {
            let taken = withUnsafeTemporaryAllocation(byteCount: TLSBuffers.maximumRecordBytes, alignment: 1) {
                buffer in
                let count = BIO_read(output, buffer.baseAddress, Int32(buffer.count))
                if count > 0 { ciphertext += buffer[..<Int(count)] }
                return count
            }
            if taken <= 0 { return }
        }
    }

    /// The connection's own reason stands if there is one.
    private func fail(_ failure: TLSFailure) {
        connection.note(failure)
        state = .failed
    }

    /// The data of one record (RFC 8446 § 5.1), and the step in which buffers are emptied.
    private static let maximumRecordBytes = 16 * 1024
}
