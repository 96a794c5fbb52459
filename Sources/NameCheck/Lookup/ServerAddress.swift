package import LDNS

/// Where a name server listens.
package struct ServerAddress: Hashable, Sendable {
    package let address: IPAddress
    package let port: UInt16

    /// The port of DNS (RFC 1035 § 4.2).
    package static let standardPort: UInt16 = 53

    package init(address: IPAddress, port: UInt16 = standardPort) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; nil for anything else, names included.
    package init?(_ text: String) {
        if let address = IPAddress(text) {
            self.init(address: address)
            return
        }
        guard let colon = text.lastIndex(of: ":") else {
            guard let address = Self.bracketed(text) else { return nil }
            self.init(address: address)
            return
        }
        if text.hasSuffix("]"), let address = Self.bracketed(text) {
            self.init(address: address)
            return
        }
        let digits = text[text.index(after: colon)...]
        let host = String(text[..<colon])
        guard
            digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits), port > 0,
            let address = Self.bracketed(host) ?? IPAddress(host).flatMap({ $0.isIPv6 ? nil : $0 })
        else { return nil }
        self.init(address: address, port: port)
    }

    private static func bracketed(_ text: String) -> IPAddress? {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        return IPAddress(String(text.dropFirst().dropLast())).flatMap { $0.isIPv6 ? $0 : nil }
    }
}

extension ServerAddress: CustomStringConvertible {
    package var description: String {
        address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
