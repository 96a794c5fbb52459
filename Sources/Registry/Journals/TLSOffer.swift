/// The TLS versions that a ClientHello offered, as far as it says.
///
/// A hello with supported_versions lists them (RFC 8446 § 4.2.1). An older one names only the newest that the client
/// speaks (RFC 5246 § 7.4.1.2); whether it takes an older one, nobody knows before trying.
package struct TLSOffer: Hashable, Sendable, CustomStringConvertible {
    /// The versions offered, as far as Sluice knows them; for an older hello every version up to the one that it names.
    package let versions: Set<TLSProtocolVersion>
    /// Whether the client listed them itself.
    package let isListed: Bool

    /// The supported_versions of a hello; versions that Sluice does not know (drafts, GREASE) are left out by the caller.
    package init(supportedVersions: some Sequence<TLSProtocolVersion>) {
        versions = Set(supportedVersions)
        isListed = true
    }

    /// The version of a hello without supported_versions. A version past 1.2 counts as 1.2: RFC 8446 § 4.2.1 says that
    /// without the extension nothing newer may be negotiated.
    package init(legacyVersion: TLSProtocolVersion) {
        let newest = min(legacyVersion, .tls1_2)
        versions = Set(TLSProtocolVersion.allCases.filter { $0 <= newest })
        isListed = false
    }

    /// What a range of versions means for the client.
    package enum Prospect: String, Hashable, Sendable {
        /// It offers a version inside the range.
        case servable
        /// It offers none: it would be cut off.
        case cutOff = "cut_off"
        /// An older hello whose newest version lies above the range: it may or may not take an older one.
        case uncertain
    }

    /// What the range would mean for the client, whose last handshake agreed on a version, or on none.
    package func prospect(under range: TLSVersionRange, lastAgreed: TLSProtocolVersion? = nil) -> Prospect {
        guard versions.contains(where: range.contains) else { return .cutOff }
        guard !isListed, let newest = versions.max() else { return .servable }
        if let lastAgreed, range.contains(lastAgreed) { return .servable }
        return range.contains(newest) ? .servable : .uncertain
    }

    package var description: String {
        guard let newest = versions.max() else { return "none known" }
        return isListed ? versions.sorted().map(\.rawValue).joined(separator: ", ") : "up to \(newest)"
    }
}

extension TLSOffer: RawRepresentable {
    /// One bit for each version from 1.0 on, and bit 7 for a listed offer: how it is stored.
    package var rawValue: UInt8 {
        var bits: UInt8 = isListed ? Self.listedBit : 0
        for (index, version) in TLSProtocolVersion.allCases.enumerated() where versions.contains(version) {
            bits |= 1 << UInt8(index)
        }
        return bits
    }

    /// Reads what was stored; `nil` for bits that no offer has.
    package init?(rawValue: UInt8) {
        let known = UInt8(1 << TLSProtocolVersion.allCases.count) - 1
        guard rawValue & ~(known | Self.listedBit) == 0 else { return nil }
        versions = Set(
            TLSProtocolVersion.allCases.enumerated().filter { rawValue & 1 << UInt8($0.offset) != 0 }.map(\.element)
        )
        isListed = rawValue & Self.listedBit != 0
    }

    private static let listedBit: UInt8 = 0x80
}
