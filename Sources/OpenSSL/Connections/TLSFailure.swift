/// Why a TLS connection ended otherwise than in order.
package enum TLSFailure: Error, Sendable, Hashable {
    /// Our decision about its ClientHello.
    case refused(TLSAlert)
    /// The ClientHello breaks its grammar.
    case malformedHello(HelloDefect)
    /// The client's chain does not pass.
    case chain(ChainFailure)
    /// The client was asked for a certificate and showed none.
    case noCertificate
    /// Client and policy have no version in common.
    case noSharedVersion(offered: [TLSVersion], allowed: ClosedRange<TLSVersion>)
    /// Client and server have no cipher suite or signature algorithm in common.
    case noSharedCipher(reason: String)
    /// The first bytes are no TLS record: plain MQTT, HTTP, a port scanner.
    case notTLS(reason: String)
    /// The peer ended it with a fatal alert.
    case peerAlert(TLSAlert)
    /// The peer closed the connection without close_notify.
    case truncated
    /// The socket failed.
    case transport(errno: Int32)
    /// The client sends key updates or tries to renegotiate, and hardly any data between.
    case controlFlood(steps: Int)
    /// The server's certificate does not pass (client side).
    case untrustedServer(code: Int, reason: String)
    /// The peer broke the protocol in another way.
    case protocolViolation([LibraryReason])
}

extension TLSFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let alert): "refused with alert \(alert)"
        case .malformedHello(let defect): "malformed ClientHello: \(defect)"
        case .chain(let failure): failure.description
        case .noCertificate: "the client showed no certificate, one is needed"
        case .noSharedVersion(let offered, let allowed):
            "the client offers TLS \(offered.map(\.description).joined(separator: ", ")), "
                + "TLS \(allowed.lowerBound) to \(allowed.upperBound) is allowed"
        case .noSharedCipher(let reason): "no cipher suite or signature algorithm in common: \(reason)"
        case .notTLS(let reason): "the client does not speak TLS: \(reason)"
        case .peerAlert(let alert): "the peer sent alert \(alert)"
        case .truncated: "the peer closed the connection without close_notify"
        case .transport(let errno): "the socket failed with errno \(errno)"
        case .controlFlood(let steps):
            "the client asked for \(steps) steps of key updates and renegotiation with hardly any data between them"
        case .untrustedServer(let code, let reason): "the server's certificate is refused: \(reason) (\(code))"
        case .protocolViolation(let reasons):
            "the peer broke the protocol: \(reasons.map(\.description).joined(separator: "; "))"
        }
    }
}
