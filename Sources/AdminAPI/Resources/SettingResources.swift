package import Registry

/// How devices prove who they are.
package struct ModeResource: Codable, Hashable, Sendable {
    /// `one-way`, `two-way` or `one-device-one-certificate`.
    package var mode: String
    /// Whether one-way clients may come without a user name.
    package var anonymous: Bool
    /// `manual`, or `automatic`: unknown certificates of an active CA are registered at their first connection.
    package var registration: String
    /// Whether what is registered automatically is active at once.
    package var automaticActivation: Bool

    package init(_ settings: ClusterSettings) {
        mode = settings.mode.rawValue
        anonymous = settings.anonymous
        registration = (settings.automaticRegistration ? RegistrationSource.automatic : .manual).rawValue
        automaticActivation = settings.automaticActivation
    }
}

/// The TLS versions that clients may use.
package struct TLSResource: Codable, Hashable, Sendable {
    /// The oldest version, such as `1.2`.
    package var min: String
    /// The newest version.
    package var max: String

    package init(_ range: TLSVersionRange) {
        min = range.minimum.rawValue
        max = range.maximum.rawValue
    }
}
