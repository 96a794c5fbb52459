package import struct FoundationEssentials.Date

/// One connection as far as it came: what is learned from it about a client.
///
/// Noted for every client that was let in, and for every ClientHello that was refused for its TLS version, so that the
/// inventory also knows those who are locked out already.
package struct Sighting: Hashable, Sendable {
    /// When it happened.
    package var time: Date
    /// The access point's name.
    package var accessPoint: String
    /// The client's address, without its port.
    package var address: String
    /// The server name that it asked for.
    package var serverName: String?
    /// The versions that its hello offered; `nil` without TLS.
    package var offer: TLSOffer?
    /// The version that was agreed on; `nil` if none was.
    package var tlsVersion: TLSProtocolVersion?
    /// The client id that it was let in with; `nil` if it did not come so far.
    package var clientID: String?
    /// The certificate that it proved to hold.
    package var fingerprint: Fingerprint?
    /// That certificate's common name.
    package var commonName: String?
    /// The open grace periods that it tells something about: one for the slot that served it, one for its CA.
    package var rotations: [RotationUse]

    /// What every connection knows; the rest is set where it is known.
    package init(time: Date, accessPoint: String, address: String) {
        self.time = time
        self.accessPoint = accessPoint
        self.address = address
        rotations = []
    }

    /// Who it is, as far as that is known.
    package var client: SightedClient {
        if let clientID { return .clientID(clientID) }
        if let fingerprint { return .certificate(fingerprint) }
        return .source(address: address, serverName: serverName)
    }
}

/// That a client needed a superseded certificate, or did with its successor, while a grace period was open.
package struct RotationUse: Hashable, Sendable {
    /// The superseded certificate: a server certificate, or a CA.
    package let superseded: Fingerprint
    /// Whether the client needed it; `false`: it was served by, or came with, the successor.
    package let neededOld: Bool

    /// Tells one use.
    package init(superseded: Fingerprint, neededOld: Bool) {
        self.superseded = superseded
        self.neededOld = neededOld
    }
}

/// How a client is recognised from one connection to the next.
package enum SightedClient: Hashable, Sendable, CustomStringConvertible {
    /// By its client id.
    case clientID(String)
    /// By its certificate, where it came without a client id.
    case certificate(Fingerprint)
    /// By nothing but where it came from and the name that it asked for.
    case source(address: String, serverName: String?)

    package var description: String {
        switch self {
        case .clientID(let id): id.quotable
        case .certificate(let fingerprint): "certificate \(fingerprint.short)"
        case .source(let address, let serverName?): "\(address) asking for \(serverName.quotable)"
        case .source(let address, nil): "\(address) without a server name"
        }
    }
}
