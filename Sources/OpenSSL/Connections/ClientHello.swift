import COpenSSL

/// A ClientHello while it is being answered: a view into OpenSSL's parse of it, valid only inside the decision.
package struct ClientHello: ~Copyable {
    private let ssl: OpaquePointer

    /// The name in the SNI extension as the client spelled it; nil when it sent none.
    package let serverName: [UInt8]?

    /// The versions that the client offers, best first as far as it sorts them.
    package let offeredVersions: [TLSVersion]

    /// Whether the client lists its versions one by one (RFC 8446 § 4.2.1); else it has named only the best one.
    package let listsVersions: Bool

    /// Reads the view that OpenSSL offers inside its ClientHello callback.
    init(of ssl: OpaquePointer) throws(HelloDefect) {
        let name = try ClientHello.serverName(in: ssl)
        let versions = try ClientHello.offeredVersions(in: ssl)
        self.ssl = ssl
        serverName = name
        offeredVersions = versions
        listsVersions = ClientHello.body(ofExtension: TLSEXT_TYPE_supported_versions, in: ssl) != nil
    }

    /// The best version offered; nil when none is known here.
    package var highestVersion: TLSVersion? { offeredVersions.max() }

    /// The numbers of the cipher suites offered, in the client's order.
    package var cipherSuites: [UInt16] {
        var bytes: UnsafePointer<UInt8>?
        let count = SSL_client_hello_get0_ciphers(ssl, &bytes)
        return ClientHello.numbers(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// The numbers of the signature schemes offered (RFC 8446 § 4.2.3), in the client's order; empty before TLS 1.2.
    package var signatureSchemes: [UInt16] {
        guard let body = ClientHello.body(ofExtension: TLSEXT_TYPE_signature_algorithms, in: ssl), body.count > 2 else {
            return []
        }
        return ClientHello.numbers(UnsafeRawBufferPointer(rebasing: body[2...]))
    }

    /// The application protocols offered, in the client's order; empty when the extension is absent or malformed.
    package var applicationProtocols: [[UInt8]] {
        let type = TLSEXT_TYPE_application_layer_protocol_negotiation
        guard let body = ClientHello.body(ofExtension: type, in: ssl) else { return [] }
        return ApplicationProtocolsExtension.parse(body) ?? []
    }

    private static func serverName(in ssl: OpaquePointer) throws(HelloDefect) -> [UInt8]? {
        guard let body = body(ofExtension: TLSEXT_TYPE_server_name, in: ssl) else { return nil }
        do throws(ServerNameExtension.Defect) {
            return try ServerNameExtension.parse(body)
        } catch {
            throw .serverName(error)
        }
    }

    private static func offeredVersions(in ssl: OpaquePointer) throws(HelloDefect) -> [TLSVersion] {
        guard let body = body(ofExtension: TLSEXT_TYPE_supported_versions, in: ssl) else {
            // Before TLS 1.3 the version field is the best one offered, and stands for everything below it too.
            let field = UInt16(truncatingIfNeeded: SSL_client_hello_get0_legacy_version(ssl))
            return TLSVersion.allCases.reversed().filter { $0 <= .tls1_2 && $0.rawValue <= field }
        }
        guard let versions = SupportedVersionsExtension.parse(body) else { throw .supportedVersions }
        return versions
    }

    private static func body(ofExtension type: Int32, in ssl: OpaquePointer) -> UnsafeRawBufferPointer? {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        guard SSL_client_hello_get0_ext(ssl, UInt32(type), &bytes, &count) == 1 else { return nil }
        return UnsafeRawBufferPointer(start: bytes, count: count)
    }

    private static func numbers(_ bytes: UnsafeRawBufferPointer) -> [UInt16] {
        stride(from: 0, to: bytes.count - bytes.count % 2, by: 2).map {
            UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
        }
    }
}

/// What is malformed in a ClientHello.
package enum HelloDefect: Error, Sendable, Hashable {
    case serverName(ServerNameExtension.Defect)
    case supportedVersions
    /// The hello after a HelloRetryRequest names another server than the first one.
    case serverNameChanged
}

/// What to do about a ClientHello.
package enum HelloDecision: Sendable {
    /// Go on with the handshake by this policy.
    case proceed(HelloPolicy)
    /// End it with this fatal alert.
    case refuse(TLSAlert)
}

/// By what rules one handshake goes on.
package struct HelloPolicy: Sendable {
    /// The context with the server certificate to show.
    package var context: TLSContext
    /// Whether the client has to show a certificate, and to whom it must chain.
    package var clientAuthentication: ClientAuthentication
    /// The versions allowed. TLS 1.0 and 1.1 lower OpenSSL's security level for just those handshakes that can get
    /// nothing better; all others stay at level 2.
    package var versions: ClosedRange<TLSVersion>
    /// What a session stays bound to; nil: this connection neither resumes nor can be resumed.
    package var sessionBinding: SessionBinding?
    /// The application protocols spoken on this connection, the preferred one first; nil: the context's.
    package var applicationProtocols: [String]?

    package init(
        context: TLSContext,
        clientAuthentication: ClientAuthentication,
        versions: ClosedRange<TLSVersion>,
        sessionBinding: SessionBinding?,
        applicationProtocols: [String]? = nil
    ) {
        self.context = context
        self.clientAuthentication = clientAuthentication
        self.versions = versions
        self.sessionBinding = sessionBinding
        self.applicationProtocols = applicationProtocols
    }
}

/// Whether a client has to prove itself by a certificate.
package enum ClientAuthentication: Sendable {
    /// No certificate is asked for.
    case none
    /// A certificate that chains to one of these anchors is needed.
    case required(TrustStore)
}
