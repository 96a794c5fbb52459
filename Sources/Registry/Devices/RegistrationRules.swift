/// What registrations need to know of the cluster, at the moment they are decided.
package struct RegistrationRules: Sendable {
    /// Whether certificates that register themselves are active at once.
    package let automaticActivation: @Sendable () -> Bool
    /// The state of a registered CA; `nil` if it is not registered.
    package let authorityState: @Sendable (Fingerprint) -> CAState?

    /// Asks these.
    package init(
        automaticActivation: @escaping @Sendable () -> Bool,
        authorityState: @escaping @Sendable (Fingerprint) -> CAState?
    ) {
        self.automaticActivation = automaticActivation
        self.authorityState = authorityState
    }
}
