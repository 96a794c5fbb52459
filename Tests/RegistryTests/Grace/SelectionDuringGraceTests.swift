import Foundation
import Registry
import Testing

/// Who comes first when old and new certificates, names, wildcards and key types meet.
@Suite struct SelectionDuringGraceTests {
    private func base() throws -> ClusterState {
        try ClusterState.initial().serving("def", ["gateway.test"], slot: .default)
    }

    private func choice(
        _ name: String,
        in state: ClusterState,
        refused: Bool = false,
        at seconds: TimeInterval = 1
    ) -> String {
        let indication = ServerNameIndication(Array(name.utf8))
        return word(CertificateSelection(state).choose(indication, at: noon + seconds, refusedCurrent: refused))
    }

    @Test func `a present wildcard comes before an old certificate with the very name`() throws {
        let state = try base().serving("old", ["x.b.test"]).serving("wild", ["*.b.test"])
            .renewing(.custom(1), by: "new", ["y.test"])
        #expect(choice("x.b.test", in: state) == "custom-2 wildcard")
        #expect(choice("x.b.test", in: state, refused: true) == "custom-1 superseded wildcard")
        #expect(choice("x.b.test", in: state, at: after) == "custom-2 wildcard")
    }

    @Test func `an old wildcard is shown to whoever refused the present name`() throws {
        let state = try base().serving("old", ["*.b.test"]).renewing(.custom(1), by: "new", ["x.b.test"])
        #expect(choice("x.b.test", in: state) == "custom-1 exact")
        #expect(choice("x.b.test", in: state, refused: true) == "custom-1 superseded exact")
        #expect(choice("y.b.test", in: state) == "custom-1 superseded wildcard")
        #expect(choice("y.b.test", in: state, at: after) == "default default")
    }

    @Test func `a change from RSA to ECDSA still serves clients that know RSA alone`() throws {
        let state = try base().serving("old", ["a.test"], key: rsaKey).renewing(.custom(1), by: "new", ["a.test"])
        #expect(choice("a.test", in: state) == "custom-1+custom-1 superseded exact")
        #expect(choice("a.test", in: state, refused: true) == "custom-1 superseded exact")
        #expect(choice("a.test", in: state, at: after) == "custom-1 exact")
    }

    @Test func `a change from ECDSA to RSA shows nobody the old certificate before the new one`() throws {
        let state = try base().serving("old", ["a.test"]).renewing(.custom(1), by: "new", ["a.test"], key: rsaKey)
        #expect(choice("a.test", in: state) == "custom-1 exact")
        #expect(choice("a.test", in: state, refused: true) == "custom-1 superseded+custom-1 exact")
    }

    @Test func `half of a pair is renewed while the other half goes on`() throws {
        let state = try base().serving("ec", ["a.test"]).serving("rsa", ["a.test"], key: rsaKey)
            .renewing(.custom(1), by: "ec2", ["a.test"])
        #expect(choice("a.test", in: state) == "custom-1+custom-2 exact")
        #expect(choice("a.test", in: state, refused: true) == "custom-1 superseded+custom-2 exact")
    }

    @Test func `both halves of a pair end at their own time`() throws {
        let state = try base().serving("ec", ["a.test"]).serving("rsa", ["a.test"], key: rsaKey)
            .renewing(.custom(1), by: "ec2", ["a.test"], grace: .seconds(100))
            .renewing(.custom(2), by: "rsa2", ["a.test"], key: rsaKey, grace: .seconds(200))
        #expect(choice("a.test", in: state, refused: true) == "custom-1 superseded+custom-2 superseded exact")
        #expect(choice("a.test", in: state, refused: true, at: 150) == "custom-2 superseded exact")
        #expect(choice("a.test", in: state, refused: true, at: 201) == "custom-1+custom-2 exact")
        #expect(choice("a.test", in: state, at: 150) == "custom-1+custom-2 exact")
    }

    @Test func `a name that only the old certificate carries is free for another slot`() throws {
        let state = try base().serving("old", ["a.test", "b.test"]).renewing(.custom(1), by: "new", ["a.test"])
            .serving("other", ["b.test"])
        #expect(choice("b.test", in: state) == "custom-2 exact")
        #expect(choice("b.test", in: state, refused: true) == "custom-1 superseded exact")
        let conflict = RegistryError.nameConflict(
            try DomainName("b.test"),
            family: .ecdsa,
            slot: .custom(2),
            certificate: try fingerprint("other")
        )
        #expect(throws: conflict) { try state.applying(.replace(.custom(1), with: fingerprint("old")), at: noon) }
    }

    @Test func `every group that is ever answered is listed beforehand`() throws {
        let state = try base().serving("ec", ["a.test", "*.b.test"]).serving(
            "rsa",
            ["a.test", "c.b.test"],
            key: rsaKey
        )
        .renewing(.custom(1), by: "ec2", ["a.test"], grace: .seconds(100))
        .renewing(.custom(2), by: "rsa2", ["c.b.test"], key: rsaKey, grace: .seconds(200))
        .renewing(.default, by: "def2", ["other.test"], key: rsaKey)
        let selection = CertificateSelection(state)
        for name in ["a.test", "c.b.test", "d.b.test", "gateway.test", "other.test", "unknown.test"] {
            for seconds in [0.0, 99, 101, 199, 201, 599, 601] {
                for refused in [false, true] {
                    let choice = selection.choose(
                        ServerNameIndication(Array(name.utf8)),
                        at: noon + seconds,
                        refusedCurrent: refused
                    )
                    guard case .serve(let group, _) = choice else { continue }
                    #expect(selection.groups.contains(group))
                    for member in group.members { #expect(state.certificate(of: member) != nil, "\(member)") }
                }
            }
        }
    }
}
