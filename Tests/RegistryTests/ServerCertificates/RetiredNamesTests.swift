import Foundation
import Registry
import Testing

@Suite struct RetiredNamesTests {
    private func base() throws -> ClusterState {
        try ClusterState.initial().serving("def", ["gateway.test"], slot: .default)
    }

    private func choice(_ name: String, in state: ClusterState) -> String {
        word(CertificateSelection(state).choose(ServerNameIndication(Array(name.utf8)), at: noon))
    }

    @Test func `begin with an unbind, also while the default is on`() throws {
        let state = try base().serving("one", ["one.test", "two.test"]).after(.unbind(.custom(1)))
        #expect(choice("one.test", in: state) == "retired")
        #expect(choice("two.test", in: state) == "retired")
        #expect(choice("three.test", in: state) == "default default")
    }

    @Test func `are refused under a retired wildcard, one label deep`() throws {
        let state = try base().serving("one", ["*.b.test"]).after(.unbind(.custom(1)))
        #expect(choice("a.b.test", in: state) == "retired")
        #expect(choice("b.test", in: state) == "default default")
        #expect(choice("x.a.b.test", in: state) == "default default")
    }

    @Test func `are only those that no other slot serves`() throws {
        let state = try base().serving("one", ["one.test", "a.b.test"]).serving("wild", ["*.b.test"])
            .serving("rsa", ["one.test"], key: rsaKey).after(.unbind(.custom(1)))
        #expect(state.retired.since.isEmpty)
        #expect(choice("a.b.test", in: state) == "custom-2 wildcard")
        #expect(choice("one.test", in: state) == "custom-3 exact")
    }

    @Test func `stay served by name when only their wildcard retires`() throws {
        let state = try base().serving("one", ["a.b.test"]).serving("wild", ["*.b.test"]).after(.unbind(.custom(2)))
        #expect(choice("a.b.test", in: state) == "custom-1 exact")
        #expect(choice("c.b.test", in: state) == "retired")
    }

    @Test func `end when a certificate for them is bound again`() throws {
        let state = try base().serving("one", ["one.test"]).after(.unbind(.custom(1)))
            .serving("again", ["one.test"])
        #expect(choice("one.test", in: state) == "custom-1 exact")
        #expect(state.retired.since.isEmpty)
    }

    @Test func `end when a wildcard above them is bound`() throws {
        let state = try base().serving("one", ["a.b.test"]).after(.unbind(.custom(1))).serving("wild", ["*.b.test"])
        #expect(choice("a.b.test", in: state) == "custom-1 wildcard")
        #expect(state.retired.since.isEmpty)
    }

    @Test func `keep a wildcard retired when one name under it is bound`() throws {
        let state = try base().serving("wild", ["*.b.test"]).after(.unbind(.custom(1))).serving("one", ["a.b.test"])
        #expect(choice("a.b.test", in: state) == "custom-1 exact")
        #expect(choice("c.b.test", in: state) == "retired")
    }

    @Test func `end when a replacement carries them`() throws {
        let renewed = try upload("renewed", names: ["two.test", "one.test"])
        let state = try base().serving("one", ["one.test"]).serving("two", ["two.test"])
            .after(.unbind(.custom(1)), .hostCertificate(renewed), .replace(.custom(2), with: renewed.fingerprint))
        #expect(choice("one.test", in: state) == "custom-2 exact")
    }

    @Test func `do not come from a replacement`() throws {
        let renewed = try upload("renewed", names: ["two.test"])
        let transition = try base().serving("one", ["one.test"]).after(.hostCertificate(renewed))
            .applying(.replace(.custom(1), with: renewed.fingerprint, grace: .zero), at: noon)
        #expect(transition.after.retired.since.isEmpty)
        #expect(transition.summary.warnings == ["no longer served: one.test"])
        #expect(choice("one.test", in: transition.after) == "default default")
    }

    @Test func `of a name that the default carries wait until the default is on`() throws {
        let state = try base().serving("pair", ["gateway.test"], key: rsaKey).serving("one", ["one.test"])
            .after(.setDefault(enabled: false), .unbind(.custom(1)))
        #expect(choice("gateway.test", in: state) == "retired")
        #expect(choice("gateway.test", in: try state.after(.setDefault(enabled: true))) == "default exact")
    }

    @Test func `keep the date of their first retirement`() throws {
        var names = RetiredNames()
        names.retire([try DomainName("a.test")], at: noon)
        names.retire([try DomainName("a.test")], at: noon + day)
        #expect(names.since[try DomainName("a.test")] == noon)
    }
}
