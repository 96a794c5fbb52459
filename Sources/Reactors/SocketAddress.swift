internal import CLinux

/// An IPv4 or IPv6 address with a port. An IPv4-mapped IPv6 address reads as IPv4.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// Which of the two protocols, or neither (the end of a Unix socket pair).
    package enum Family: UInt8, Hashable, Sendable {
        case unnamed = 0, ipv4 = 4, ipv6 = 6
    }

    private let high: UInt64
    private let low: UInt64
    private let scope: UInt32
    /// The port, in host order.
    package let port: UInt16
    /// The protocol of the address.
    package let family: Family

    /// The address of a socket that has none, such as one end of a socket pair.
    package static let unnamed = SocketAddress(clinux_address())

    /// Parses `192.0.2.1:8883` or `[2001:db8::1]:8883`. Host names, zones (`%eth0`) and missing ports are not accepted.
    package init(_ text: String) throws(ReactorError) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            throw .notAnAddress(text)
        }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = Self(host: String(host), port: port), isBracketed == host.contains(":") else {
            throw .notAnAddress(text)
        }
        self = address
    }

    /// An address from an IP literal without brackets; nil when `host` is none.
    package init?(host: String, port: UInt16) {
        var address = clinux_address()
        guard clinux_address_parse(host, &address) == 1 else { return nil }
        address.port = port
        self.init(address)
    }

    /// An address from 4 (IPv4) or 16 (IPv6) bytes in network order; nil for any other count.
    package init?(bytes: some Collection<UInt8>, port: UInt16) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var address = clinux_address()
        address.family = bytes.count == 4 ? 4 : 6
        address.port = port
        let split = bytes.index(bytes.startIndex, offsetBy: bytes.count == 4 ? 0 : 8)
        withUnsafeMutableBytes(of: &address.high) { $0.copyBytes(from: bytes[..<split]) }
        withUnsafeMutableBytes(of: &address.low) { $0.copyBytes(from: bytes[split...]) }
        self.init(address)
    }

    init(_ address: clinux_address) {
        high = address.high
        low = address.low
        scope = address.scope
        port = address.port
        family = Family(rawValue: address.family) ?? .unnamed
    }

    var forC: clinux_address {
        clinux_address(high: high, low: low, scope: scope, port: port, family: family.rawValue)
    }

    /// The address bytes in network order: 4, 16 or none.
    package var bytes: [UInt8] {
        let lower = withUnsafeBytes(of: low) { Array($0) }
        return switch family {
        case .unnamed: []
        case .ipv4: Array(lower.prefix(4))
        case .ipv6: withUnsafeBytes(of: high) { Array($0) } + lower
        }
    }

    /// The IP literal alone, without brackets or port; `-` for an unnamed socket.
    package var host: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard family != .unnamed, let text = buffer.baseAddress,
                clinux_address_format(forC, text, socklen_t(buffer.count)) == 1
            else { return "-" }
            return String(cString: text)
        }
    }

    /// Is this 0.0.0.0 or ::, which stand for every address of the machine?
    package var isWildcard: Bool { family != .unnamed && high == 0 && low == 0 }

    /// The same address with another port.
    package func with(port: UInt16) -> SocketAddress {
        var address = forC
        address.port = port
        return SocketAddress(address)
    }

    package var description: String {
        switch family {
        case .unnamed: "-"
        case .ipv4: "\(host):\(port)"
        case .ipv6: "[\(host)]:\(port)"
        }
    }

    private static func port(_ text: Substring) -> UInt16? {
        // UInt16.init takes a leading plus sign, which no port has.
        text.allSatisfy(\.isNumber) ? UInt16(text) : nil
    }
}
