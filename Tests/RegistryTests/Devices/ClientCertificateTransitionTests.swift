import Registry
import Testing

@Suite struct ClientCertificateTransitionTests {
    /// The table of the contract: state, verb, what it comes to.
    private static let table: [(ClientCertificateState, StateVerb, ClientCertificateTransition)] = [
        (.pendingActivation, .activate, .becomes(.active)),
        (.pendingActivation, .deactivate, .becomes(.inactive)),
        (.pendingActivation, .revoke, .becomes(.revoked)),
        (.pendingActivation, .delete, .refusedUntilStopped),
        (.active, .activate, .unchanged),
        (.active, .deactivate, .becomes(.inactive)),
        (.active, .revoke, .becomes(.revoked)),
        (.active, .delete, .refusedUntilStopped),
        (.inactive, .activate, .becomes(.active)),
        (.inactive, .deactivate, .unchanged),
        (.inactive, .revoke, .becomes(.revoked)),
        (.inactive, .delete, .gone),
        (.revoked, .activate, .refusedForRevoked),
        (.revoked, .deactivate, .refusedForRevoked),
        (.revoked, .revoke, .unchanged),
        (.revoked, .delete, .gone),
    ]

    @Test(arguments: table)
    func `every verb comes in every state to what the table says`(
        state: ClientCertificateState,
        verb: StateVerb,
        outcome: ClientCertificateTransition
    ) {
        #expect(ClientCertificateTransition.of(verb, in: state) == outcome)
    }

    @Test func `the table has a row for every state and verb`() {
        let rows = Set(Self.table.map { "\($0.0) \($0.1)" })
        #expect(rows.count == ClientCertificateState.allCases.count * StateVerb.allCases.count)
    }

    @Test func `a device registers itself active, or waits while automatic activation is off`() {
        #expect(ClientCertificateTransition.automaticRegistration(automaticActivation: true) == .active)
        #expect(ClientCertificateTransition.automaticRegistration(automaticActivation: false) == .pendingActivation)
    }

    @Test func `only active connects`() {
        #expect(ClientCertificateState.allCases.filter(\.connects) == [.active])
    }

    @Test func `no verb leads out of revoked to another state`() {
        for verb in StateVerb.allCases {
            if case .becomes(let state) = ClientCertificateTransition.of(verb, in: .revoked) {
                Issue.record("\(verb) leads to \(state)")
            }
        }
    }
}
