/// The cluster-wide settings that are changed at run time.
package struct ClusterSettings: Hashable, Sendable {
    /// How devices prove who they are.
    package var mode: AuthenticationMode
    /// Whether one-way clients may come without a user name.
    package var anonymous: Bool
    /// Whether a device with an unknown certificate of an active CA is registered when it first connects, wherever one
    /// device, one certificate is the mode.
    package var automaticRegistration: Bool
    /// Whether a certificate that was registered automatically is active at once, and not pending.
    package var automaticActivation: Bool
    /// The TLS versions that clients may use.
    package var tls: TLSVersionRange

    /// Settings of a new cluster, unless the configuration file's `bootstrap` says otherwise.
    package init(
        mode: AuthenticationMode = .oneWay,
        anonymous: Bool = false,
        automaticRegistration: Bool = false,
        automaticActivation: Bool = true,
        tls: TLSVersionRange = .all
    ) {
        self.mode = mode
        self.anonymous = anonymous
        self.automaticRegistration = automaticRegistration
        self.automaticActivation = automaticActivation
        self.tls = tls
    }
}
