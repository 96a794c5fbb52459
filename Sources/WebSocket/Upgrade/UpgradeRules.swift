/// Who may begin a WebSocket at an endpoint, and where.
package struct UpgradeRules: Hashable, Sendable {
    /// The path of the WebSocket, `/mqtt` unless changed; compared byte by byte, without the query.
    package var path: String
    /// The origins of the pages that may connect; empty allows all. It keeps foreign pages out, not foreign programs
    /// (RFC 6455 § 10.2): who names no origin comes in. Some programs name one all the same: paho's Python client that of
    /// the gateway's own address, which then has to be listed.
    package var origins: [WebOrigin]

    /// The path that MQTT clients try first.
    package static let usualPath = "/mqtt"

    /// The usual path for all origins, or what is given.
    package init(path: String = usualPath, origins: [WebOrigin] = []) {
        self.path = path
        self.origins = origins
    }

    /// Is this a path as a request can ask for it: absolute, of visible ASCII characters, without query and fragment?
    package static func isPath(_ text: String) -> Bool {
        text.utf8.first == UInt8(ascii: "/")
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    }

    /// May a page of this origin connect?
    func allows(origin: String) -> Bool {
        origins.isEmpty || WebOrigin(origin).map(origins.contains) ?? false
    }
}

/// Where a page comes from (RFC 6454 § 4): scheme, host and port, or `null` for a page without such, like one of a file.
package struct WebOrigin: Hashable, Sendable, CustomStringConvertible {
    /// The origin as browsers write it: in lower case, without the scheme's usual port.
    package let description: String

    /// An origin from its text; nil for anything behind the port, another scheme than http and https, and all else.
    package init?(_ text: String) {
        let lower = text.lowercased()
        guard lower != "null" else {
            description = lower
            return
        }
        let usualPorts = ["http://": ":80", "https://": ":443"]
        guard let (scheme, port) = usualPorts.first(where: { lower.hasPrefix($0.key) }) else { return nil }
        let authority = lower.dropFirst(scheme.count)
        guard !authority.isEmpty, authority.utf8.allSatisfy(Self.isPartOfAuthority) else { return nil }
        description = scheme + (authority.hasSuffix(port) ? authority.dropLast(port.count) : authority)
    }

    /// Letters, digits, `-` `.` `_` of a name, `:` before a port, and the brackets around an IPv6 address.
    private static func isPartOfAuthority(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: "-._:[]".utf8.contains(byte)
        }
    }
}
