package import Reactors

/// An IP address without its port; an IPv4 address and the same address mapped into IPv6 are equal.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as IPv6 writes it, IPv4 as `::ffff:a.b.c.d`, most significant bit first.
    package let bits: UInt128

    /// The address of a socket's end; `::` for an end that has none.
    package init(_ socket: SocketAddress) {
        let value = socket.bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        bits = socket.family == .ipv4 ? Self.mappedPrefix | value : value
    }

    /// An address from its usual text, such as `10.0.0.7` or `2001:db8::7`; `nil` for names, ports, zones and all else.
    package init?(_ text: some StringProtocol) {
        guard let socket = SocketAddress(host: String(text), port: 0) else { return nil }
        self.init(socket)
    }

    /// Whether this is an IPv4 address, be it mapped into IPv6.
    package var isVersion4: Bool { bits & ~UInt128(UInt32.max) == Self.mappedPrefix }

    package var description: String {
        let count = isVersion4 ? 4 : 16
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * (count - 1 - $0))) }
        return SocketAddress(bytes: bytes, port: 0)?.host ?? "-"
    }

    /// `::ffff:0:0/96`, RFC 4291 § 2.5.5.2.
    private static let mappedPrefix: UInt128 = 0xffff << 32
}
