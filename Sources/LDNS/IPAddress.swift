import Glibc

/// An IPv4 or IPv6 address: the data of an A or AAAA record.
package struct IPAddress: Hashable, Sendable {
    /// Four or sixteen bytes in network order.
    package let bytes: [UInt8]

    /// Takes the data of an A (4 bytes) or AAAA record (16 bytes); nil for any other length.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads `192.0.2.1` or `2001:db8::1`; nil for anything else, a port or zone included.
    package init?(_ text: String) {
        var storage = in6_addr()
        if inet_pton(AF_INET, text, &storage) == 1 {
            self.bytes = withUnsafeBytes(of: &storage) { Array($0.prefix(4)) }
        } else if inet_pton(AF_INET6, text, &storage) == 1 {
            self.bytes = withUnsafeBytes(of: &storage) { Array($0) }
        } else {
            return nil
        }
    }

    /// Whether it is an IPv6 address.
    package var isIPv6: Bool { bytes.count == 16 }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = isIPv6 ? AF_INET6 : AF_INET
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, then by bytes.
    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        guard left.isIPv6 == right.isIPv6 else { return right.isIPv6 }
        return left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
