import Foundation
import Registry
import Testing

@Suite struct GraceEndTests {
    private func renewed() throws -> ClusterState {
        try ClusterState.initial().serving("def", ["gateway.test"], slot: .default)
            .serving("old", ["a.test"]).renewing(.custom(1), by: "new", ["a.test"])
            .after(.registerCAs([authority("root")]), .replaceCA(fingerprint("root"), with: authority("root-2")))
    }

    private func targets() throws -> [GraceTarget] { [.slot(.custom(1)), .ca(try fingerprint("root-2"))] }

    @Test func `comes early when it is asked for`() throws {
        for target in try targets() {
            let state = try renewed()
            let ended = try state.after(.endGrace(target), at: noon + 60)
            #expect(ended.graceEnd(of: target, at: noon + 60) == nil)
            #expect(ended.trustGeneration - state.trustGeneration == (target == .slot(.custom(1)) ? 0 : 1))
        }
    }

    @Test func `is found by either CA`() throws {
        for seed in ["root", "root-2"] {
            #expect(try renewed().graceEnd(of: .ca(fingerprint(seed)), at: noon) == noon + 600)
        }
    }

    @Test func `comes early, and may come later, each with its undo`() throws {
        for target in try targets() {
            let transition = try renewed().applying(.extendGrace(target, until: noon + day), at: noon + within)
            #expect(transition.after.graceEnd(of: target, at: noon + after) == noon + day)
            #expect(transition.summary.undo?.hasSuffix(" --until \((noon + 600).timestamp)") == true)
            let shorter = try transition.after.after(.extendGrace(target, until: noon + 700), at: noon + within)
            #expect(shorter.graceEnd(of: target, at: noon + 699) == noon + 700)
        }
    }

    @Test func `cannot be moved once it has passed`() throws {
        for target in try targets() {
            for change in [ClusterChange.extendGrace(target, until: noon + day), .endGrace(target)] {
                #expect(throws: RegistryError.noGrace(target)) {
                    try renewed().applying(change, at: noon + after)
                }
            }
        }
    }

    @Test func `cannot be moved into the past, nor past 30 days from the replacement`() throws {
        for target in try targets() {
            #expect(throws: RegistryError.graceEndPassed(target, until: noon + 60, now: noon + 60)) {
                try renewed().applying(.extendGrace(target, until: noon + 60), at: noon + 60)
            }
            let latest = noon + 30 * day
            #expect(throws: RegistryError.graceEndTooLate(target, until: latest + 1, latest: latest)) {
                try renewed().applying(.extendGrace(target, until: latest + 1), at: noon + 60)
            }
            #expect(try renewed().after(.extendGrace(target, until: latest)).graceEnd(of: target, at: noon) == latest)
        }
    }

    @Test func `stops at the old certificate's own end`() throws {
        let state = try ClusterState.initial().serving("def", ["gateway.test"], slot: .default)
            .serving("old", ["a.test"], notAfter: noon + day).renewing(.custom(1), by: "new", ["a.test"])
        let transition = try state.applying(.extendGrace(.slot(.custom(1)), until: noon + 2 * day), at: noon)
        #expect(transition.after.graceEnd(of: .slot(.custom(1)), at: noon) == noon + day)
        #expect(transition.summary.warnings.count == 1)
    }

    @Test(arguments: [Duration.seconds(-1), .seconds(30 * 86_400 + 1)])
    func `is not asked for beyond reason`(grace: Duration) throws {
        let error = RegistryError.graceOutOfRange(asked: grace, maximum: .seconds(30 * 86_400))
        #expect(throws: error) { try renewed().renewing(.custom(1), by: "newer", ["a.test"], grace: grace) }
        #expect(throws: error) {
            try renewed().after(.replaceCA(fingerprint("root-2"), with: authority("root-3"), grace: grace))
        }
    }

    @Test func `is refused where nothing was replaced`() throws {
        for target in [GraceTarget.slot(.default), .slot(.custom(3)), .ca(try fingerprint("none"))] {
            #expect(throws: RegistryError.noGrace(target)) { try renewed().applying(.endGrace(target), at: noon) }
        }
    }

    @Test func `is swept up afterwards, and not before`() throws {
        let state = try renewed()
        #expect(state.nextGraceEnd == noon + 600)
        #expect(try !state.applying(.expireGraces, at: noon + within).isChange)
        let swept = try state.applying(.expireGraces, at: noon + 600)
        #expect(swept.after.slots[.custom(1)]?.superseded == nil)
        #expect(swept.after.supersededAuthorities.isEmpty)
        #expect(swept.after.trustGeneration == state.trustGeneration + 1)
        #expect(swept.after.nextGraceEnd == nil)
        #expect(swept.summary.words == "the grace period is over: slot custom-1 (old), CA root")
        #expect(try !swept.after.applying(.expireGraces, at: noon + after).isChange)
    }

    @Test func `leaves alone what has longer to go`() throws {
        let state = try renewed().after(.extendGrace(.slot(.custom(1)), until: noon + day))
        let swept = try state.after(.expireGraces, at: noon + after)
        #expect(swept.nextGraceEnd == noon + day)
        #expect(swept.supersededAuthorities.isEmpty)
    }
}
