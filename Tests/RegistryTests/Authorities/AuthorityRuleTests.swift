import Registry
import Testing

@Suite struct AuthorityRuleTests {
    @Test func `registers 32 and refuses the next`() throws {
        let state = try ClusterState.initial().after(.registerCAs((1...32).map { try authority("ca-\($0)") }))
        #expect(state.authorities.count == 32)
        let error = RegistryError.caLimit(registered: 32, adding: 1, limit: 32)
        #expect(throws: error) { try state.applying(.registerCAs([try authority("one-more")]), at: noon) }
        #expect(
            error.description == "CA limit reached: 32 registered, 32 allowed. Unregister one, or raise limits.cas."
        )
    }

    @Test func `counts each certificate of a bundle, and takes all or none`() throws {
        let state = try ClusterState.initial().after(.registerCAs((1...30).map { try authority("ca-\($0)") }))
        let bundle = try (31...33).map { try authority("ca-\($0)") }
        #expect(throws: RegistryError.caLimit(registered: 30, adding: 3, limit: 32)) {
            try state.applying(.registerCAs(bundle), at: noon)
        }
    }

    @Test func `counts inactive CAs too`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a", state: .inactive)]))
        #expect(throws: RegistryError.caLimit(registered: 1, adding: 1, limit: 1)) {
            try state.applying(.registerCAs([try authority("b")]), at: noon, limits: ClusterLimits(authorities: 1))
        }
    }

    @Test func `refuses the same CA twice`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]))
        #expect(throws: RegistryError.caAlreadyRegistered(try fingerprint("a"))) {
            try state.applying(.registerCAs([try authority("a")]), at: noon)
        }
    }

    @Test func `refuses the same CA twice in one bundle`() throws {
        #expect(throws: RegistryError.caListedTwice(try fingerprint("a"))) {
            try ClusterState.initial().applying(.registerCAs([try authority("a"), try authority("a")]), at: noon)
        }
    }

    @Test func `refuses a name that another CA has`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]))
        let twin = RegisteredCA(name: try ObjectName("a"), certificate: try facts("b"), der: [], registeredAt: noon)
        #expect(throws: RegistryError.caNameTaken(try ObjectName("a"), by: try fingerprint("a"))) {
            try state.applying(.registerCAs([twin]), at: noon)
        }
    }

    @Test func `trusts active CAs only`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a"), authority("b", state: .inactive)]))
        #expect(state.activeAuthorities.map(\.label) == ["a"])
    }

    @Test func `begins a new trust generation when a CA is deactivated`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]))
        let narrowed = try state.after(.setCAState(fingerprint("a"), .inactive))
        #expect(narrowed.trustGeneration == state.trustGeneration + 1)
        #expect(narrowed.activeAuthorities.isEmpty)
    }

    @Test func `begins a new trust generation when a CA is unregistered`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]))
        let narrowed = try state.after(.unregisterCA(fingerprint("a")))
        #expect(narrowed.trustGeneration == state.trustGeneration + 1)
        #expect(narrowed.authorities.isEmpty)
    }

    @Test func `keeps the trust generation when trust widens`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a", state: .inactive)]))
        let wider = try state.after(.setCAState(fingerprint("a"), .active), .registerCAs([authority("b")]))
        #expect(wider.trustGeneration == state.trustGeneration)
    }

    @Test(arguments: CAState.allCases)
    func `has nothing to do for the state that a CA is in`(state: CAState) throws {
        let cluster = try ClusterState.initial().after(.registerCAs([authority("a", state: state)]))
        #expect(try !cluster.applying(.setCAState(fingerprint("a"), state), at: noon).isChange)
    }

    @Test func `refuses to change a CA that is not registered`() throws {
        let missing = RegistryError.noSuchCA(try fingerprint("a").short)
        #expect(throws: missing) { try ClusterState.initial().applying(.unregisterCA(fingerprint("a")), at: noon) }
        #expect(throws: missing) {
            try ClusterState.initial().applying(.setCAState(fingerprint("a"), .active), at: noon)
        }
    }

    @Test func `warns when the last active CA of a two-way cluster goes`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]), .setMode(.twoWay, anonymous: nil))
        let transition = try state.applying(.unregisterCA(fingerprint("a")), at: noon)
        #expect(transition.summary.warnings == ["no active CA is left: every device is refused in mode two-way"])
    }
}
