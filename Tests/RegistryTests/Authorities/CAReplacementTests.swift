import Foundation
import Registry
import Testing

@Suite struct CAReplacementTests {
    private func base() throws -> ClusterState {
        try ClusterState.initial().after(.registerCAs([authority("old"), authority("other")]))
    }

    private func replaced(grace: Duration = GracePeriod.standard) throws -> ClusterState {
        try base().after(.replaceCA(fingerprint("old"), with: authority("new"), grace: grace))
    }

    private func trusted(_ state: ClusterState, at seconds: TimeInterval) -> [String] {
        state.trustedAuthorities(at: noon + seconds).map(\.label).sorted()
    }

    static let rows: [(seconds: TimeInterval, trusted: [String])] = [
        (0, ["new", "old", "other"]), (within, ["new", "old", "other"]), (600, ["new", "other"]),
        (after, ["new", "other"]),
    ]

    @Test(arguments: rows)
    func `trusts both for 600 seconds`(seconds: TimeInterval, labels: [String]) throws {
        #expect(trusted(try replaced(), at: seconds) == labels)
    }

    @Test func `of no length trusts the new one alone, and begins a new trust generation`() throws {
        let state = try replaced(grace: .zero)
        #expect(trusted(state, at: 0) == ["new", "other"])
        #expect(state.trustGeneration == (try base().trustGeneration) + 1)
    }

    @Test func `keeps the trust generation while trust only widens`() throws {
        #expect(try replaced().trustGeneration == base().trustGeneration)
    }

    @Test func `counts for no quota`() throws {
        let limits = ClusterLimits(authorities: 2)
        let state = try replaced()
        #expect(state.authorities.count == 2)
        #expect(throws: RegistryError.caLimit(registered: 2, adding: 1, limit: 2)) {
            try state.applying(.registerCAs([authority("third")]), at: noon, limits: limits)
        }
        #expect(throws: Never.self) {
            try state.after(.replaceCA(fingerprint("new"), with: authority("newer")), limits: limits)
        }
    }

    @Test func `drops the older CA at a second replacement, at once`() throws {
        let first = try replaced()
        let transition = try first.applying(.replaceCA(fingerprint("new"), with: authority("newer")), at: noon + 60)
        #expect(trusted(transition.after, at: 60) == ["new", "newer", "other"])
        #expect(transition.after.trustGeneration == first.trustGeneration + 1)
        #expect(transition.summary.warnings.contains { $0.hasPrefix("CA old") })
    }

    @Test func `never outlasts the old CA`() throws {
        let state = try ClusterState.initial().after(
            .registerCAs([authority("old", notAfter: noon + 60)]),
            .replaceCA(fingerprint("old"), with: authority("new"))
        )
        #expect(trusted(state, at: 59) == ["new", "old"])
        #expect(trusted(state, at: 61) == ["new"])
    }

    @Test func `takes over the state, and the name unless it has its own`() throws {
        let nameless = RegisteredCA(name: nil, certificate: try facts("new"), der: [1], registeredAt: noon)
        let state = try base().after(
            .setCAState(fingerprint("old"), .inactive),
            .replaceCA(fingerprint("old"), with: nameless)
        )
        let new = try #require(state.authorities[nameless.fingerprint])
        #expect(new.name?.text == "old")
        #expect(new.state == .inactive)
        #expect(trusted(state, at: 0) == ["other"])
    }

    @Test func `refuses what is registered, what is not there, and a name that is taken`() throws {
        let old = try fingerprint("old")
        #expect(throws: RegistryError.caAlreadyRegistered(old)) {
            try base().applying(.replaceCA(old, with: authority("old")), at: noon)
        }
        #expect(throws: RegistryError.noSuchCA(try fingerprint("none").short)) {
            try base().applying(.replaceCA(fingerprint("none"), with: authority("new")), at: noon)
        }
        let twin = RegisteredCA(
            name: try ObjectName("other"),
            certificate: try facts("new"),
            der: [],
            registeredAt: noon
        )
        #expect(throws: RegistryError.caNameTaken(try ObjectName("other"), by: try fingerprint("other"))) {
            try base().applying(.replaceCA(old, with: twin), at: noon)
        }
    }

    @Test func `can be taken back`() throws {
        let transition = try base().applying(
            .replaceCA(fingerprint("old"), with: authority("new"), grace: .seconds(90)),
            at: noon
        )
        #expect(
            transition.summary.undo
                == "sluice ca-certs replace \(try fingerprint("new").short) --ca F --grace 90s   "
                + "# F: the PEM file of \(try fingerprint("old").short)"
        )
        let back = try transition.after.after(.replaceCA(fingerprint("new"), with: authority("old")), at: noon + 30)
        #expect(back.authorities.keys.contains(try fingerprint("old")))
        #expect(back.supersededAuthorities.keys.sorted() == [try fingerprint("new")])
    }

    @Test func `says how many registered devices it concerns`() throws {
        let facts = ClusterFacts { _ in 12 }
        let summary = try base().applying(
            .replaceCA(fingerprint("old"), with: authority("new")),
            at: noon,
            facts: facts
        ).summary
        #expect(
            summary.warnings.first?.hasPrefix("12 registered client certificates were issued by the old CA") == true
        )
    }

    static let endings: [@Sendable () throws -> ClusterChange] = [
        { .setCAState(try fingerprint("new"), .inactive) }, { .unregisterCA(try fingerprint("new")) },
        { .unregisterCA(try fingerprint("old")) }, { .endGrace(.ca(try fingerprint("old"))) },
    ]

    @Test(arguments: 0..<4)
    func `ends at once when one of the two is deactivated or unregistered`(row: Int) throws {
        let state = try replaced()
        let ended = try state.after(Self.endings[row](), at: noon + 1)
        #expect(!trusted(ended, at: 1).contains("old"))
        #expect(ended.trustGeneration > state.trustGeneration)
    }

    @Test func `ends for a CA that is registered again`() throws {
        let state = try replaced().after(.registerCAs([authority("old")]))
        #expect(state.supersededAuthorities.isEmpty)
        #expect(trusted(state, at: after) == ["new", "old", "other"])
    }
}
