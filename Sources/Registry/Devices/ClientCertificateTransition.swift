/// The verbs that move a client certificate from state to state.
package enum StateVerb: String, Hashable, Sendable, CaseIterable {
    case activate
    case deactivate
    case revoke
    case delete
}

/// What a verb comes to in a state: the transition table of the client certificate registry.
package enum ClientCertificateTransition: Hashable, Sendable {
    /// The record goes on in this state.
    case becomes(ClientCertificateState)
    /// The record is as wanted already.
    case unchanged
    /// The record goes and leaves a tombstone.
    case gone
    /// A revoked certificate is never activated or deactivated.
    case refusedForRevoked
    /// Only what cannot connect for good may be deleted: deactivate or revoke first.
    case refusedUntilStopped

    /// The table. Every state and every verb has its row here and nowhere else.
    package static func of(_ verb: StateVerb, in state: ClientCertificateState) -> ClientCertificateTransition {
        switch (state, verb) {
        case (.pendingActivation, .activate): .becomes(.active)
        case (.pendingActivation, .deactivate): .becomes(.inactive)
        case (.pendingActivation, .revoke): .becomes(.revoked)
        case (.pendingActivation, .delete): .refusedUntilStopped

        case (.active, .activate): .unchanged
        case (.active, .deactivate): .becomes(.inactive)
        case (.active, .revoke): .becomes(.revoked)
        case (.active, .delete): .refusedUntilStopped

        case (.inactive, .activate): .becomes(.active)
        case (.inactive, .deactivate): .unchanged
        case (.inactive, .revoke): .becomes(.revoked)
        case (.inactive, .delete): .gone

        case (.revoked, .activate): .refusedForRevoked
        case (.revoked, .deactivate): .refusedForRevoked
        case (.revoked, .revoke): .unchanged
        case (.revoked, .delete): .gone
        }
    }

    /// The state in which a certificate is registered automatically.
    package static func automaticRegistration(automaticActivation: Bool) -> ClientCertificateState {
        automaticActivation ? .active : .pendingActivation
    }
}
