import COpenSSL
import Glibc

/// TLS over one non-blocking socket. It belongs to one thread at a time, and does not own the descriptor.
///
/// Every function here returns at once. The caller closes the descriptor after letting go of the connection.
package final class TLSConnection {
    /// The SSL object; owned here, freed in deinit before the contexts that it points into.
    let ssl: OpaquePointer
    /// The context that the connection was made in: OpenSSL keeps to its session cache and its options.
    let context: TLSContext
    /// The context whose certificate is shown.
    private(set) var selectedContext: TLSContext

    /// Why the connection is broken, once a step has answered `failed`.
    package internal(set) var failure: TLSFailure?

    /// The chain that the client proved, in this handshake or in the one that the resumed session comes from.
    package internal(set) var verifiedChain: VerifiedChain?

    /// The last alert that we sent, close_notify included.
    package internal(set) var alertSent: TLSAlert?

    /// The last alert that the peer sent, close_notify included.
    package internal(set) var alertReceived: TLSAlert?

    /// What only matters until the handshake is complete; nil afterwards, so that an idle connection is small.
    var negotiation: Negotiation?

    /// What the peer had us do since the handshake besides moving data, less what data it was worth.
    var controlSteps = 0

    /// The server side of an accepted socket.
    package convenience init(server context: TLSContext, descriptor: Int32) throws(OpenSSLError) {
        try self.init(server: context, over: .socket(descriptor))
    }

    /// The client side of a connected socket.
    ///
    /// - Parameters:
    ///   - context: A client context.
    ///   - descriptor: The socket.
    ///   - serverName: The name for SNI, and to check the certificate against if the context has anchors.
    ///   - session: A session to resume.
    package convenience init(
        client context: TLSContext,
        descriptor: Int32,
        serverName: String? = nil,
        session: TLSSession? = nil
    ) throws(OpenSSLError) {
        try self.init(client: context, over: .socket(descriptor), serverName: serverName, session: session)
    }

    init(server context: TLSContext, over medium: TLSMedium) throws(OpenSSLError) {
        ssl = try TLSConnection.makeSSL(context, medium)
        self.context = context
        selectedContext = context
        negotiation = Negotiation()
        SSL_set_accept_state(ssl)
        SSL_set_ex_data(ssl, TLSConnection.index, Unmanaged.passUnretained(self).toOpaque())
    }

    init(
        client context: TLSContext,
        over medium: TLSMedium,
        serverName: String?,
        session: TLSSession?
    ) throws(OpenSSLError) {
        let ssl = try TLSConnection.makeSSL(context, medium)
        self.ssl = ssl
        self.context = context
        selectedContext = context
        SSL_set_connect_state(ssl)
        SSL_set_ex_data(ssl, TLSConnection.index, Unmanaged.passUnretained(self).toOpaque())
        if let serverName {
            try LibraryCall.require("SSL_set_tlsext_host_name") { sluice_SSL_set_tlsext_host_name(ssl, serverName) }
            try LibraryCall.require("SSL_set1_host") { SSL_set1_host(ssl, serverName) }
        }
        if let session {
            try LibraryCall.require("SSL_set_session") { SSL_set_session(ssl, session.pointer) }
        }
    }

    deinit {
        // A connection that was not closed in order would take its session out of the cache on SSL_free, and then
        // devices whose network broke could not resume, of all devices. A failed handshake has removed its own.
        switch failure {
        case nil, .truncated, .transport: SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        default: break
        }
        SSL_free(ssl)
        ErrorQueue.clear()
    }

    /// Goes on with a server's handshake as far as the socket allows.
    ///
    /// - Parameter decide: Answers the ClientHello; called at most once in all steps of one connection, inside this
    ///   call.
    /// - Returns: `done`, `wantRead`, `wantWrite` or `failed`.
    package func handshake(_ decide: (borrowing ClientHello) -> HelloDecision) -> TLSStep {
        guard negotiation != nil else { return handshake() }
        return withoutActuallyEscaping(decide) { decide in
            negotiation?.decide = decide
            defer { negotiation?.decide = nil }
            return handshake()
        }
    }

    /// Goes on with a client's handshake as far as the socket allows.
    package func handshake() -> TLSStep {
        guard failure == nil else { return .failed }
        ErrorQueue.clear()
        let result = SSL_do_handshake(ssl)
        if result == 1 { return finishHandshake() }
        return diagnose(result)
    }

    /// Reads decrypted bytes, at most one record's.
    ///
    /// - Returns: `bytes`, `wantRead`, `wantWrite`, `endOfStream` or `failed`.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> TLSStep {
        assert(ERR_peek_error() == 0, "the error queue was left filled by an earlier call")
        let count = SSL_read(ssl, buffer.baseAddress, Int32(clamping: buffer.count))
        guard count > 0 else { return diagnose(count) }
        creditControlSteps(Int(count))
        return .bytes(Int(count))
    }

    /// Encrypts and writes bytes, one record of at most 16 KiB at a time. Bytes not taken are given again, from
    /// where the count ends; after `wantWrite` from the same place, wherever they are in memory by then.
    ///
    /// - Returns: `bytes`, `wantRead`, `wantWrite` or `failed`.
    package func write(_ bytes: UnsafeRawBufferPointer) -> TLSStep {
        assert(ERR_peek_error() == 0, "the error queue was left filled by an earlier call")
        // SSL_write leaves a length of 0 undefined.
        guard bytes.count > 0 else { return .bytes(0) }
        let count = SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
        guard count > 0 else { return diagnose(count) }
        creditControlSteps(Int(count))
        return .bytes(Int(count))
    }

    /// Holds the connection bytes that it has read from the socket and not given out yet? Then reading goes on without
    /// waiting for the socket.
    package var hasPending: Bool { SSL_has_pending(ssl) == 1 }

    /// Sends close_notify. It does not wait for the peer's.
    ///
    /// - Returns: `done`, `wantWrite` or `failed`; `done` too where a handshake is not complete and nothing is sent.
    package func shutdown() -> TLSStep {
        guard failure == nil, SSL_is_init_finished(ssl) == 1 else { return .done }
        ErrorQueue.clear()
        let result = SSL_shutdown(ssl)
        return result >= 0 ? .done : diagnose(result)
    }

    /// A context other than the one that the connection was made in shows its certificate.
    func select(_ context: TLSContext) -> Bool {
        guard context !== selectedContext else { return true }
        guard SSL_set_SSL_CTX(ssl, context.pointer) != nil else { return false }
        selectedContext = context
        return true
    }

    private func finishHandshake() -> TLSStep {
        guard let negotiation else { return .done }
        self.negotiation = nil
        if isResumed { verifiedChain = negotiation.candidate?.verifiedChain }
        // Frees the copy of the CA names, if this connection had its own.
        if negotiation.hasOwnAuthorities { SSL_set_client_CA_list(ssl, nil) }
        // A resumed session brings its certificate along. One without, where one is needed, must not pass whatever
        // the caller bound sessions to.
        if negotiation.trust != nil, verifiedChain == nil || SSL_get0_peer_certificate(ssl) == nil {
            failure = .noCertificate
            return .failed
        }
        return .done
    }

    private static func makeSSL(_ context: TLSContext, _ medium: TLSMedium) throws(OpenSSLError) -> OpaquePointer {
        let ssl = try LibraryCall.make("SSL_new") { SSL_new(context.pointer) }
        do throws(OpenSSLError) {
            switch medium {
            case .socket(let descriptor):
                try LibraryCall.require("SSL_set_fd") { SSL_set_fd(ssl, descriptor) }
            case .memory:
                let input = BIOHandle(adopting: try LibraryCall.make("BIO_new") { BIO_new(BIO_s_mem()) })
                let output = BIOHandle(adopting: try LibraryCall.make("BIO_new") { BIO_new(BIO_s_mem()) })
                // Takes both references over.
                SSL_set_bio(ssl, input.release(), output.release())
            }
        } catch {
            SSL_free(ssl)
            throw error
        }
        return ssl
    }

    static let index = sluice_SSL_get_ex_new_index()

    /// The connection that an SSL object belongs to: inside a callback only, where the connection is alive.
    static func owning(_ ssl: OpaquePointer?) -> TLSConnection? {
        guard let found = SSL_get_ex_data(ssl, index) else { return nil }
        return Unmanaged<TLSConnection>.fromOpaque(found).takeUnretainedValue()
    }
}

/// What a connection's records travel over.
enum TLSMedium {
    /// A socket, which OpenSSL reads and writes itself.
    case socket(Int32)
    /// Two buffers in memory, which somebody else carries to and from the network.
    case memory
}

/// What a server connection knows only while it negotiates.
struct Negotiation {
    /// Answers the ClientHello; set while a handshake step runs.
    var decide: ((borrowing ClientHello) -> HelloDecision)?
    /// The SNI of the first ClientHello, to compare a second one with.
    var serverName: [UInt8]?
    var hasAnswered = false
    var offeredVersions: [TLSVersion] = []
    var allowedVersions: ClosedRange<TLSVersion> = .tls1_0 ... .tls1_3
    /// The anchors that a certificate is needed for; nil in one-way mode.
    var trust: TrustStore?
    var allowsWeakSignatures = false
    /// The connection carries a list of CA names of its own.
    var hasOwnAuthorities = false
    /// The application protocols spoken on this connection; nil: the context's.
    var applicationProtocols: [String]?
    /// What sessions are bound to; nil: no resumption.
    var binding: SessionBinding?
    /// The DER of the device's own certificate, if its chain was refused.
    var refusedCertificate: [UInt8]?
    /// The session that the client asked to resume and may. OpenSSL can still decide for a full handshake.
    var candidate: SessionEntry?
}
