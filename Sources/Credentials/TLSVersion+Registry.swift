package import OpenSSL
package import Registry

extension TLSVersion {
    /// OpenSSL's number for a version of the registry's.
    package init(_ version: TLSProtocolVersion) {
        switch version {
        case .tls1_0: self = .tls1_0
        case .tls1_1: self = .tls1_1
        case .tls1_2: self = .tls1_2
        case .tls1_3: self = .tls1_3
        }
    }
}

extension TLSVersionRange {
    /// The same range in OpenSSL's numbers.
    package var versions: ClosedRange<TLSVersion> {
        // Invariant: minimum ≤ maximum since init, and both orders are by age.
        TLSVersion(minimum)...TLSVersion(maximum)
    }
}
