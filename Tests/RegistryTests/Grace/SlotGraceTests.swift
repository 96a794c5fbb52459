import Foundation
import Registry
import Testing

/// What a client is shown that asks for a name, at a moment after the replacement at noon.
struct GraceRow: Sendable, CustomTestStringConvertible {
    let name: String?
    let seconds: TimeInterval
    let refused: Bool
    let choice: String

    init(_ name: String?, _ seconds: TimeInterval, refused: Bool = false, _ choice: String) {
        self.name = name
        self.seconds = seconds
        self.refused = refused
        self.choice = choice
    }

    var testDescription: String { "\(name ?? "-") at \(seconds)\(refused ? " after a refusal" : "")" }

    func check(_ state: ClusterState) {
        let indication = name.map { ServerNameIndication(Array($0.utf8)) } ?? .absent
        let seen = CertificateSelection(state).choose(indication, at: noon + seconds, refusedCurrent: refused)
        #expect(word(seen) == choice, "\(testDescription)")
    }
}

/// 9:59 and 10:01 after the replacement, in seconds.
let (within, after): (TimeInterval, TimeInterval) = (599, 601)

@Suite struct SlotGraceTests {
    private static func base() throws -> ClusterState {
        try ClusterState.initial().serving("def", ["gateway.test"], slot: .default)
            .serving("old", ["a.test", "gone.test", "*.wild.test"])
    }

    private static func renewed() throws -> ClusterState { try base().renewing(.custom(1), by: "new", ["a.test"]) }

    static let rows: [GraceRow] = [
        GraceRow("a.test", 0, "custom-1 exact"),
        GraceRow("a.test", within, "custom-1 exact"),
        GraceRow("a.test", 0, refused: true, "custom-1 superseded exact"),
        GraceRow("a.test", within, refused: true, "custom-1 superseded exact"),
        GraceRow("a.test", 600, refused: true, "custom-1 exact"),
        GraceRow("a.test", after, refused: true, "custom-1 exact"),
        GraceRow("gone.test", within, "custom-1 superseded exact"),
        GraceRow("gone.test", within, refused: true, "custom-1 superseded exact"),
        GraceRow("gone.test", after, "default default"),
        GraceRow("gone.test", after, refused: true, "default default"),
        GraceRow("x.wild.test", within, "custom-1 superseded wildcard"),
        GraceRow("x.wild.test", after, "default default"),
        GraceRow("gateway.test", within, refused: true, "default exact"),
        GraceRow(nil, within, refused: true, "default default"),
    ]

    @Test(arguments: rows)
    func `shows the new certificate first, and the old one to whoever refused it, for 600 seconds`(row: GraceRow) throws
    {
        row.check(try Self.renewed())
    }

    @Test func `is stored as a deadline`() throws {
        let superseded = try #require(try Self.renewed().slots[.custom(1)]?.superseded)
        #expect(superseded.certificate == (try fingerprint("old")))
        #expect(superseded.since == noon)
        #expect(superseded.until == noon + 600)
    }

    static let ofDefault: [GraceRow] = [
        GraceRow(nil, within, "default default"),
        GraceRow(nil, within, refused: true, "default superseded default"),
        GraceRow("other.test", within, refused: true, "default superseded default"),
        GraceRow("gateway.test", within, refused: true, "default superseded exact"),
        GraceRow(nil, after, refused: true, "default default"),
    ]

    @Test(arguments: ofDefault)
    func `holds for the default certificate as well`(row: GraceRow) throws {
        row.check(try Self.base().renewing(.default, by: "new", ["gateway.test"]))
    }

    @Test func `uses no slot`() throws {
        let full = try Self.renewed().serving("two", ["two.test"]).serving("three", ["three.test"])
        #expect(full.boundCustomSlots.count == 3)
    }

    static let atOnce: [GraceRow] = [
        GraceRow("a.test", 0, refused: true, "custom-1 exact"), GraceRow("gone.test", 0, "default default"),
    ]

    @Test(arguments: atOnce)
    func `of no length ends at once, for a key that leaked`(row: GraceRow) throws {
        row.check(try Self.base().renewing(.custom(1), by: "new", ["a.test"], grace: .zero))
    }

    @Test func `never outlasts the old certificate`() throws {
        let state = try ClusterState.initial().serving("def", ["gateway.test"], slot: .default)
            .serving("old", ["a.test"], notAfter: noon + 60).renewing(.custom(1), by: "new", ["a.test"])
        #expect(state.slots[.custom(1)]?.superseded?.until == noon + 60)
        GraceRow("a.test", 59, refused: true, "custom-1 superseded exact").check(state)
        GraceRow("a.test", 61, refused: true, "custom-1 exact").check(state)
    }

    @Test func `shows the old certificate when the new one has expired before it`() throws {
        let state = try Self.base().renewing(.custom(1), by: "new", ["a.test"], notAfter: noon + 60)
        GraceRow("a.test", 59, "custom-1 exact").check(state)
        GraceRow("a.test", 61, "custom-1 superseded exact").check(state)
        GraceRow("a.test", after, "custom-1 exact").check(state)
    }

    @Test func `of an expired certificate does not begin`() throws {
        let state = try ClusterState.initial().serving("def", ["gateway.test"], slot: .default)
            .serving("old", ["a.test"], notAfter: noon + 60)
            .renewing(.custom(1), by: "new", ["a.test"], at: noon + 61)
        #expect(state.slots[.custom(1)]?.superseded == nil)
    }

    @Test func `drops the older certificate at a second replacement`() throws {
        let transition = try Self.renewed().after(.hostCertificate(upload("newer", names: ["a.test"])))
            .applying(.replace(.custom(1), with: fingerprint("newer")), at: noon + 60)
        #expect(transition.after.slots[.custom(1)]?.superseded?.certificate == (try fingerprint("new")))
        #expect(transition.after.slots[.custom(1)]?.superseded?.until == noon + 660)
        #expect(
            transition.summary.warnings == ["certificate old, which had been replaced before, serves no longer"]
        )
        GraceRow("gone.test", 61, "default default").check(transition.after)
    }

    @Test func `says until when both work, what ends then, and how to go back`() throws {
        let summary = try Self.base().after(.hostCertificate(upload("new", names: ["a.test"])))
            .applying(.replace(.custom(1), with: fingerprint("new"), grace: .seconds(90)), at: noon).summary
        #expect(
            summary.words == "replaced old by new in custom-1 for a.test; both work until \((noon + 90).timestamp)"
        )
        #expect(summary.warnings == ["served until \((noon + 90).timestamp) only: gone.test, *.wild.test"])
        #expect(summary.undo == "sluice server-certs replace custom-1 \(try fingerprint("old").short) --grace 90s")
    }

    @Test func `lets the old certificate come back, and supersedes the new one`() throws {
        let back = try Self.renewed().after(.replace(.custom(1), with: fingerprint("old")), at: noon + 60)
        #expect(back.certificate(in: .custom(1))?.label == "old")
        #expect(back.slots[.custom(1)]?.superseded?.certificate == (try fingerprint("new")))
    }

    @Test func `keeps the old certificate in the store`() throws {
        let state = try Self.renewed()
        let old = try fingerprint("old")
        #expect(throws: RegistryError.certificateInGrace(old, slot: .custom(1), until: noon + 600)) {
            try state.applying(.deleteCertificate(old), at: noon + within)
        }
        let gone = try state.after(.deleteCertificate(old), at: noon + after)
        #expect(gone.slots[.custom(1)]?.superseded == nil)
    }
}

@Suite struct NoGraceTests {
    private func renewed() throws -> ClusterState {
        try ClusterState.initial().serving("def", ["gateway.test"], slot: .default)
            .serving("old", ["a.test", "gone.test"]).renewing(.custom(1), by: "new", ["a.test"])
    }

    @Test func `after an unbind: the old certificate's names are refused too`() throws {
        let transition = try renewed().applying(.unbind(.custom(1)), at: noon + 1)
        GraceRow("a.test", 1, "retired").check(transition.after)
        GraceRow("gone.test", 1, refused: true, "retired").check(transition.after)
        #expect(transition.summary.undo == "sluice server-certs bind \(try fingerprint("new").short) --slot custom-1")
    }

    @Test func `after the end of the period: names that it served are not refused`() throws {
        let state = try renewed().after(.unbind(.custom(1)), at: noon + after)
        GraceRow("gone.test", after, "default default").check(state)
    }

    @Test func `after the default is disabled: its old certificate is gone when it is back`() throws {
        let state = try renewed().renewing(.default, by: "def2", ["gateway.test"])
            .after(.setDefault(enabled: false), .setDefault(enabled: true))
        GraceRow(nil, 1, refused: true, "default default").check(state)
    }

    @Test func `for a default that is off`() throws {
        let state = try renewed().after(.setDefault(enabled: false)).renewing(.default, by: "def2", ["gateway.test"])
        #expect(state.slots[.default]?.superseded == nil)
    }

    @Test func `for a name that was withdrawn: a certificate that was replaced elsewhere does not bring it back`()
        throws
    {
        let state = try renewed().serving("other", ["gone.test"])
        GraceRow("gone.test", 1, "custom-2 exact").check(state)
        GraceRow("gone.test", 1, refused: true, "custom-1 superseded exact").check(state)
        GraceRow("gone.test", 2, "retired").check(try state.after(.unbind(.custom(2))))
    }
}
