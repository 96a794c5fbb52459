/// The server name of a TLS client hello, normalised the way devices really send it.
///
/// Firmware puts its whole connection string into SNI: a final dot, a `:port`, upper case, an IP address. All of that is
/// tolerated, and noted in `normalisations` so that it can be counted.
package struct ServerNameIndication: Hashable, Sendable {
    /// What the client asked for.
    package enum Request: Hashable, Sendable {
        /// No server name at all, or an IP address in its place (RFC 6066 § 3 forbids those; they name nobody).
        case unnamed
        /// A host name.
        case name(DomainName)
        /// Bytes that no certificate could name; treated as an unknown name.
        case malformed
    }

    /// What was changed to make a name of the bytes.
    package struct Normalisations: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Upper-case letters were lowered.
        package static let letterCase = Normalisations(rawValue: 1)
        /// A final dot was dropped (RFC 6066 § 3 forbids it).
        package static let trailingDot = Normalisations(rawValue: 2)
        /// A `:port` was dropped.
        package static let port = Normalisations(rawValue: 4)
        /// An IP address was ignored.
        package static let addressLiteral = Normalisations(rawValue: 8)
    }

    /// What the client asked for.
    package let request: Request
    /// What was tolerated on the way.
    package let normalisations: Normalisations

    /// A hello without a server name.
    package static let absent = ServerNameIndication(request: .unnamed, normalisations: [])

    /// Reads the host name of the server_name extension. Never fails: what cannot be a name is `.malformed`.
    package init(_ bytes: [UInt8]) {
        var name = bytes[...]
        var found: Normalisations = []
        if Self.isIPv6Literal(name) {
            self.init(request: .unnamed, normalisations: .addressLiteral)
            return
        }
        if let colon = name.lastIndex(of: UInt8(ascii: ":")), Self.isPort(name[(colon + 1)...]) {
            name = name[..<colon]
            found.insert(.port)
        }
        if name.last == UInt8(ascii: ".") { found.insert(.trailingDot) }
        if name.contains(where: DomainNameGrammar.isUppercase) { found.insert(.letterCase) }
        do {
            let text = try DomainNameGrammar.normalise(Array(name), allowingWildcard: false)
            self.init(request: .name(DomainName(normalised: text)), normalisations: found)
        } catch .addressLiteral {
            self.init(request: .unnamed, normalisations: found.union(.addressLiteral))
        } catch {
            self.init(request: .malformed, normalisations: [])
        }
    }

    private init(request: Request, normalisations: Normalisations) {
        self.request = request
        self.normalisations = normalisations
    }

    /// The name, if the client gave one that can be served.
    package var name: DomainName? {
        if case .name(let name) = request { name } else { nil }
    }

    /// `[::1]`, `[::1]:8883`, `fe80::1`: brackets in front, or two colons and nothing but hexadecimal digits, dots and colons.
    private static func isIPv6Literal(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.first == UInt8(ascii: "[") { return bytes.contains(UInt8(ascii: "]")) }
        guard bytes.count(where: { $0 == UInt8(ascii: ":") }) >= 2 else { return false }
        return bytes.allSatisfy { byte in
            byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") || Hexadecimal.value(ofDigit: byte) != nil
        }
    }

    /// One to five digits: no port has more.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...5).contains(bytes.count) && bytes.allSatisfy(DomainNameGrammar.isDigit)
    }
}
