/// A range of addresses in CIDR form, such as `10.0.0.0/8` or `2001:db8::/32`; a lone address is a range of one.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    private let network: NetworkAddress
    private let mask: UInt128
    private let prefixLength: Int

    /// Parses a range; bits of the address below the prefix must be zero, since `10.1.2.3/8` is usually a slip.
    ///
    /// - Throws: ``GatewayError/addressRangeUnreadable(_:reason:)``.
    package init(_ text: String) throws(GatewayError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let network = NetworkAddress(first) else {
            throw .addressRangeUnreadable(text, reason: "it does not begin with an IP address")
        }
        let widest = network.isVersion4 && !first.contains(":") ? 32 : 128
        var length = widest
        if parts.count == 2 {
            let digits = parts[1]
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits), number <= widest
            else {
                throw .addressRangeUnreadable(text, reason: "the prefix length is not a number from 0 to \(widest)")
            }
            length = number
        }
        prefixLength = length
        mask = Self.mask(bits: length + 128 - widest)
        guard network.bits & ~mask == 0 else {
            throw .addressRangeUnreadable(text, reason: "the address has bits below its prefix of \(length)")
        }
        self.network = network
    }

    /// Whether `address` lies in the range.
    package func contains(_ address: NetworkAddress) -> Bool { address.bits & mask == network.bits }

    package var description: String { "\(network)/\(prefixLength)" }

    private static func mask(bits: Int) -> UInt128 { bits == 0 ? 0 : UInt128.max << UInt128(128 - bits) }
}
