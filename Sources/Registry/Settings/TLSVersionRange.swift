/// A version of TLS, as the registry and the command line write it.
package enum TLSProtocolVersion: String, Hashable, Sendable, CaseIterable, Comparable, CustomStringConvertible {
    /// TLS 1.0.
    case tls1_0 = "1.0"
    /// TLS 1.1.
    case tls1_1 = "1.1"
    /// TLS 1.2.
    case tls1_2 = "1.2"
    /// TLS 1.3.
    case tls1_3 = "1.3"

    package var description: String { rawValue }

    /// The older version is the smaller one.
    package static func < (left: TLSProtocolVersion, right: TLSProtocolVersion) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The consecutive TLS versions that clients may use: a range, or a single one.
package struct TLSVersionRange: Hashable, Sendable, CustomStringConvertible {
    /// The oldest version accepted.
    package let minimum: TLSProtocolVersion
    /// The newest version accepted.
    package let maximum: TLSProtocolVersion

    /// Every version: what a new cluster accepts.
    package static let all = TLSVersionRange(checkedMinimum: .tls1_0, maximum: .tls1_3)

    /// Takes both ends. Throws `RegistryError.tlsRangeReversed` if the minimum is newer than the maximum.
    package init(minimum: TLSProtocolVersion, maximum: TLSProtocolVersion) throws(RegistryError) {
        guard minimum <= maximum else { throw .tlsRangeReversed(minimum: minimum, maximum: maximum) }
        self.init(checkedMinimum: minimum, maximum: maximum)
    }

    private init(checkedMinimum minimum: TLSProtocolVersion, maximum: TLSProtocolVersion) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Whether a client of this version may connect.
    package func contains(_ version: TLSProtocolVersion) -> Bool {
        minimum <= version && version <= maximum
    }

    package var description: String {
        minimum == maximum ? minimum.rawValue : "\(minimum.rawValue)–\(maximum.rawValue)"
    }
}
