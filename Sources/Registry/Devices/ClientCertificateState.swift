/// What a registered client certificate may do; `revoked` is final.
package enum ClientCertificateState: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Its device connects.
    case active
    /// Registered, but not activated: made so at registration, or deactivated.
    case inactive
    /// Registered automatically while automatic activation was off; waits for an operator.
    case pendingActivation = "pending_activation"
    /// Never connects again.
    case revoked

    /// Whether a device with such a certificate is let in.
    package var connects: Bool { self == .active }

    package var description: String { rawValue }
}

/// How a client certificate came into the registry.
package enum RegistrationSource: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// By an operator, one by one or as an import.
    case manual
    /// By the device itself, at its first connection.
    case automatic

    package var description: String { rawValue }
}
