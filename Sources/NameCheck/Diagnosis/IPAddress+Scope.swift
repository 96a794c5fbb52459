import LDNS

extension IPAddress {
    /// Whether the address can be reached from anywhere: none of RFC 1918, RFC 6598 (shared), loopback, link-local,
    /// unspecified, and for IPv6 none of ULA (RFC 4193), loopback, link-local.
    var isPublic: Bool {
        guard isIPv6 else { return !Self.isInner(bytes[0], bytes[1]) }
        // RFC 4291 § 2.5.5.2: an IPv4 address in IPv6 form is judged as what it is.
        if bytes.starts(with: Self.mappedPrefix) { return !Self.isInner(bytes[12], bytes[13]) }
        let isUnspecifiedOrLoopback = bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
        let isUniqueLocal = bytes[0] & 0xFE == 0xFC
        let isLinkLocal = bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
        return !(isUnspecifiedOrLoopback || isUniqueLocal || isLinkLocal)
    }

    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    private static func isInner(_ first: UInt8, _ second: UInt8) -> Bool {
        switch (first, second) {
        case (0, _), (10, _), (127, _), (169, 254), (172, 16...31), (192, 168), (100, 64...127): true
        default: false
        }
    }
}
