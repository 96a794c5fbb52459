/// The cluster-wide settings that are changed at run time.
package struct ClusterSettings: Hashable, Sendable {
    /// How devices prove who they are.
    package var mode: AuthenticationMode
    /// Whether one-way clients may come without a user name.
    package var anonymous: Bool
    /// The TLS versions that clients may use.
    package var tls: TLSVersionRange

    /// Settings of a new cluster, unless the configuration file's `bootstrap` says otherwise.
    package init(mode: AuthenticationMode = .oneWay, anonymous: Bool = false, tls: TLSVersionRange = .all) {
        self.mode = mode
        self.anonymous = anonymous
        self.tls = tls
    }
}
