/// How many client certificates are registered, kept up to date with every change.
package struct DeviceCounts: Hashable, Sendable {
    /// By state; states without a certificate are left out.
    package internal(set) var byState: [ClientCertificateState: Int] = [:]
    /// By CA; CAs without a certificate are left out.
    package internal(set) var byAuthority: [Fingerprint: Int] = [:]
    /// Tombstones of deleted ones.
    package internal(set) var tombstones = 0

    /// Nothing registered.
    package init() {}

    /// All registered certificates, whatever their state.
    package var total: Int { byState.values.reduce(0, +) }

    /// How many are in a state.
    package func count(_ state: ClientCertificateState) -> Int { byState[state] ?? 0 }

    /// How many belong to a CA.
    package func count(of authority: Fingerprint) -> Int { byAuthority[authority] ?? 0 }
}
