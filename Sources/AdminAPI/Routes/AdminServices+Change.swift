import Hummingbird
import Registry

extension AdminServices {
    /// Makes the change, or with `dryRun=true` in the query only tells what it would do.
    ///
    /// - Parameters:
    ///   - fingerprints: The certificates that it is about.
    ///   - location: Where what it creates is found; then it answers 201 Created when done.
    ///   - sessions: The live sessions that it ends once it is done.
    ///   - warnings: What was odd about the input, told besides the change's own warnings.
    func change(
        _ change: ClusterChange,
        _ call: AdminCall,
        about fingerprints: [Fingerprint],
        created location: String? = nil,
        ending sessions: LiveSessions.Selection? = nil,
        warnings: [String] = []
    ) async throws -> Response {
        var resource = try await carryOut(change, call, about: fingerprints)
        resource.warnings += warnings
        if let sessions, !resource.dryRun, resource.changed {
            resource.endedSessions = await self.sessions.end(sessions)
        }
        let isCreated = location != nil && !resource.dryRun
        return try JSONResponse.make(
            resource,
            status: isCreated ? .created : .ok,
            tag: resource.dryRun ? nil : EntityTag(revision: resource.revision),
            location: isCreated ? location : nil
        )
    }

    /// As `change`, short of the answer.
    func carryOut(
        _ change: ClusterChange,
        _ call: AdminCall,
        about fingerprints: [Fingerprint]
    ) async throws -> ChangeResource {
        let dryRun = try call.isDryRun
        let revision = try call.precondition.revision(current: cluster.state.revision)
        let transition =
            dryRun
            ? try await cluster.rehearse(change, at: now(), by: call.principal, expecting: revision)
            : try await cluster.apply(change, at: now(), by: call.principal, expecting: revision)
        return ChangeResource(transition, dryRun: dryRun, fingerprints: fingerprints)
    }
}

extension AdminServices {
    /// Puts into the audit log what is done without a change of the registry.
    func note(_ action: String, of object: String, _ call: AdminCall, _ facts: AuditFacts) async throws {
        try await journals.audit.append(
            AuditDraft(time: now(), principal: call.principal, action: action, object: object, after: facts)
        )
    }
}

extension ObjectName {
    /// Checks a name that may be absent. Throws `RegistryError.objectName`.
    init?(optional text: String?) throws(RegistryError) {
        guard let text else { return nil }
        try self.init(text)
    }
}
