import Foundation
import Registry
import Testing

@Suite struct RevocationListRuleTests {
    private func base() throws -> ClusterState {
        try ClusterState.initial().after(.registerCAs([authority("a")]))
    }

    @Test func `sets, renews and removes a list, with a new trust generation each time`() throws {
        let a = try fingerprint("a")
        var state = try base()
        for list in [revocationList(), revocationList(60), nil] {
            let transition = try state.applying(.setRevocationList(a, list), at: noon)
            #expect(transition.after.authorities[a]?.revocationList == list)
            #expect(transition.after.trustGeneration == state.trustGeneration + 1)
            state = transition.after
        }
    }

    @Test func `has nothing to do for the list that is there`() throws {
        let a = try fingerprint("a")
        let state = try base().after(.setRevocationList(a, revocationList()))
        #expect(try !state.applying(.setRevocationList(a, revocationList()), at: noon).isChange)
        #expect(try !base().applying(.setRevocationList(a, nil), at: noon).isChange)
    }

    @Test func `refuses an older list`() throws {
        let a = try fingerprint("a")
        let state = try base().after(.setRevocationList(a, revocationList()))
        #expect(throws: RegistryError.revocationListOlder(ca: a, found: noon - 1, present: noon)) {
            try state.applying(.setRevocationList(a, revocationList(-1)), at: noon)
        }
        #expect(throws: Never.self) {
            try state.after(.setRevocationList(a, nil), .setRevocationList(a, revocationList(-1)))
        }
    }

    @Test(arguments: RevocationList.StalePolicy.allCases)
    func `warns of a stale list, by what it does`(policy: RevocationList.StalePolicy) throws {
        let list = revocationList(nextUpdate: 60, onStale: policy)
        #expect(!list.isStale(at: noon + 60))
        let change = ClusterChange.setRevocationList(try fingerprint("a"), list)
        let warnings = try base().applying(change, at: noon + 61).summary.warnings
        #expect(warnings.count == 1)
        #expect((warnings.first?.contains("every device of this CA is refused") == true) == (policy == .hardFail))
    }

    @Test func `is never stale without a promise of a newer list`() {
        #expect(!revocationList(nextUpdate: nil).isStale(at: .distantFuture))
    }

    @Test func `stays with a CA that is deactivated, replaced, and brought back`() throws {
        let a = try fingerprint("a")
        let state = try base().after(
            .setRevocationList(a, revocationList()),
            .setCAState(a, .inactive),
            .setCAState(a, .active)
        )
        #expect(state.authorities[a]?.revocationList == revocationList())
        let replaced = try state.applying(.replaceCA(a, with: authority("b")), at: noon)
        #expect(replaced.after.supersededAuthorities[a]?.ca.revocationList == revocationList())
        #expect(replaced.summary.warnings == ["the new CA has no revocation list, the old one had"])
    }

    @Test func `can be renewed for a CA in its grace period`() throws {
        let a = try fingerprint("a")
        let state = try base().after(.replaceCA(a, with: authority("b")), .setRevocationList(a, revocationList()))
        #expect(state.supersededAuthorities[a]?.ca.revocationList == revocationList())
        #expect(state.supersededAuthorities[a]?.until == noon + 600)
    }

    @Test func `needs a CA`() throws {
        let a = try fingerprint("a")
        #expect(throws: RegistryError.noSuchCA(a.short)) {
            try ClusterState.initial().applying(.setRevocationList(a, revocationList()), at: noon)
        }
    }
}

@Suite struct StapleRuleTests {
    private let staple = OCSPStaple(der: [1], thisUpdate: noon, nextUpdate: noon + 60, source: .file("/etc/s.der"))

    @Test func `gives a certificate a staple, and takes it away`() throws {
        let state = try ClusterState.initial().serving("one", ["a.test"])
        let one = try fingerprint("one")
        let stapled = try state.after(.setStaple(one, staple))
        #expect(stapled.certificate(in: .custom(1))?.staple == staple)
        #expect(try !stapled.applying(.setStaple(one, staple), at: noon).isChange)
        #expect(try stapled.after(.setStaple(one, nil)).certificate(in: .custom(1))?.staple == nil)
        #expect(throws: RegistryError.noSuchCertificate(try fingerprint("two").short)) {
            try state.applying(.setStaple(fingerprint("two"), staple), at: noon)
        }
    }

    @Test func `is fresh until its nextUpdate`() {
        #expect(staple.isFresh(at: noon + 60))
        #expect(!staple.isFresh(at: noon + 61))
    }
}
