import COpenSSL

/// A version of TLS, with its number on the wire.
package enum TLSVersion: UInt16, Sendable, Hashable, Comparable, CaseIterable, CustomStringConvertible {
    case tls1_0 = 0x0301
    case tls1_1 = 0x0302
    case tls1_2 = 0x0303
    case tls1_3 = 0x0304

    package static func < (left: TLSVersion, right: TLSVersion) -> Bool {
        left.rawValue < right.rawValue
    }

    /// "1.0" … "1.3", as in configuration files.
    package var description: String {
        switch self {
        case .tls1_0: "1.0"
        case .tls1_1: "1.1"
        case .tls1_2: "1.2"
        case .tls1_3: "1.3"
        }
    }

    /// The version as OpenSSL's functions take it: the number on the wire.
    var number: Int32 { Int32(rawValue) }

    /// TLS 1.0 and 1.1 sign with MD5 and SHA-1, which OpenSSL allows at security level 0 alone.
    var needsSecurityLevelZero: Bool { self <= .tls1_1 }
}
