/// Where the registry is kept between two runs of the program.
///
/// The store is told each transition after it was checked and prepared, and before anybody sees it. What `save` threw for
/// did not happen; what it returned from survives a crash.
package protocol RegistryStore: Sendable {
    /// The stored state; `nil` if no change was ever stored.
    func load() async throws -> ClusterState?

    /// Stores one step and what the audit log says of it: all of it or nothing, and only on top of the revision that it
    /// begins from.
    ///
    /// What it throws as a `RegistryError` is a rule's refusal, such as `caHasClientCertificates` for a client
    /// certificate that was registered while the change was on its way.
    func save(_ transition: ClusterTransition, audit: [AuditDraft]) async throws
}
