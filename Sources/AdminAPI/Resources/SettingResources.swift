package import Registry

/// How devices prove who they are.
package struct ModeResource: Codable, Hashable, Sendable {
    package var mode: String
    package var anonymous: Bool

    package init(_ settings: ClusterSettings) {
        mode = settings.mode.rawValue
        anonymous = settings.anonymous
    }
}

/// The TLS versions that clients may use.
package struct TLSResource: Codable, Hashable, Sendable {
    package var min: String
    package var max: String

    package init(_ range: TLSVersionRange) {
        min = range.minimum.rawValue
        max = range.maximum.rawValue
    }
}
