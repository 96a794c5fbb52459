import Registry
import Testing

@Suite struct CertificateSelectionTests {
    private static func state() throws -> ClusterState {
        try ClusterState.initial()
            .serving("def", ["gateway.test"], slot: .default)
            .serving("one", ["a.test", "a.b.test"])
            .serving("wild", ["*.b.test"])
            .serving("rsa", ["a.test", "r.test"], key: rsaKey)
    }

    static let table: [(name: String, choice: String)] = [
        ("a.test", "custom-1+custom-3 exact"),
        ("A.TEST.", "custom-1+custom-3 exact"),
        ("a.test:8883", "custom-1+custom-3 exact"),
        ("a.b.test", "custom-1 exact"),
        ("c.b.test", "custom-2 wildcard"),
        ("C.B.Test", "custom-2 wildcard"),
        ("b.test", "default default"),
        (".b.test", "default default"),
        ("x.c.b.test", "default default"),
        ("*.b.test", "default default"),
        ("r.test", "custom-3 exact"),
        ("gateway.test", "default exact"),
        ("other.test", "default default"),
        ("test", "default default"),
        ("127.0.0.1", "default default"),
        ("[::1]:8883", "default default"),
        ("", "default default"),
        ("a\0.test", "default default"),
        ("xa.test", "default default"),
    ]

    @Test(arguments: table)
    func `is exact over wildcard over default`(name: String, choice: String) throws {
        let selection = CertificateSelection(try Self.state())
        #expect(word(selection.choose(ServerNameIndication(Array(name.utf8)), at: noon)) == choice)
    }

    @Test func `gives the default to a client that names nobody`() throws {
        #expect(word(CertificateSelection(try Self.state()).choose(.absent, at: noon)) == "default default")
    }

    static let strict: [(name: String?, choice: String)] = [
        ("a.test", "custom-1+custom-3 exact"),
        ("gateway.test", "default exact"),
        ("other.test", "unknown"),
        ("a\0.test", "malformed"),
        ("127.0.0.1", "unnamed"),
        (nil, "unnamed"),
    ]

    @Test(arguments: strict)
    func `refuses the unknown where the access point says reject`(name: String?, choice: String) throws {
        let indication = name.map { ServerNameIndication(Array($0.utf8)) } ?? .absent
        #expect(word(CertificateSelection(try Self.state()).choose(indication, unknown: .reject, at: noon)) == choice)
    }

    static let withoutDefault: [(name: String?, choice: String)] = [
        ("a.test", "custom-1+custom-3 exact"),
        ("gateway.test", "unknown"),
        ("other.test", "unknown"),
        (nil, "unnamed"),
    ]

    @Test(arguments: withoutDefault)
    func `refuses the unknown while the default is disabled`(name: String?, choice: String) throws {
        let state = try Self.state().after(.setDefault(enabled: false))
        let indication = name.map { ServerNameIndication(Array($0.utf8)) } ?? .absent
        #expect(word(CertificateSelection(state).choose(indication, at: noon)) == choice)
    }

    @Test func `refuses everybody in a cluster without certificates`() {
        #expect(word(CertificateSelection(.initial()).choose(.absent, at: noon)) == "unnamed")
    }

    @Test func `gives a pair of one name together, ECDSA first`() throws {
        let selection = CertificateSelection(try Self.state())
        guard
            case .serve(let group, match: .exact) = selection.choose(
                ServerNameIndication(Array("a.test".utf8)),
                at: noon
            )
        else {
            Issue.record("not served")
            return
        }
        #expect(group.members == [SlotGroup.Member(.custom(1)), SlotGroup.Member(.custom(3))])
    }

    @Test func `lists every group that it answers with`() throws {
        let groups = CertificateSelection(try Self.state()).groups
        #expect(Set(groups.map(\.description)) == ["default", "custom-1", "custom-2", "custom-3", "custom-1+custom-3"])
    }

    @Test func `agrees with a naive matcher on random clusters and names`() throws {
        var generator = SplitMix(seed: 42)
        let labels = ["a", "b", "c"]
        func name(wildcards: Bool) -> String {
            let depth = Int.random(in: 1...4, using: &generator)
            let parts = (0..<depth).map { _ in labels.randomElement(using: &generator) ?? "a" }
            let head = wildcards && Int.random(in: 0..<3, using: &generator) == 0 ? ["*"] : []
            return (head + parts).joined(separator: ".")
        }
        for round in 0..<400 {
            var state = ClusterState.initial()
            for number in 0..<4 {
                let names = (0..<Int.random(in: 1...4, using: &generator)).map { _ in name(wildcards: true) }
                let key = Bool.random(using: &generator) ? ecKey : rsaKey
                let slot: ServerCertificateSlot? = number == 0 ? .default : nil
                state = (try? state.serving("s\(round)n\(number)", names, key: key, slot: slot)) ?? state
            }
            if Bool.random(using: &generator), let slot = state.boundCustomSlots.randomElement(using: &generator) {
                state = (try? state.after(.unbind(slot))) ?? state
            }
            if Bool.random(using: &generator) { state = (try? state.after(.setDefault(enabled: false))) ?? state }
            let selection = CertificateSelection(state)
            for _ in 0..<40 {
                let asked = name(wildcards: false)
                let seen = word(selection.choose(ServerNameIndication(Array(asked.utf8)), at: noon))
                #expect(seen == naiveChoice(asked, in: state), "\(asked) in \(state.slots)")
            }
        }
    }

    /// The rule as a person would apply it: go through every name of every slot, label by label.
    private func naiveChoice(_ asked: String, in state: ClusterState) -> String {
        func matches(_ pattern: String, _ wildcard: Bool) -> Bool {
            let left = pattern.split(separator: ".")
            let right = asked.split(separator: ".")
            guard left.count == right.count, (left.first == "*") == wildcard else { return false }
            return zip(left, right).enumerated().allSatisfy { index, pair in
                pair.0 == pair.1 || (wildcard && index == 0)
            }
        }
        for wildcard in [false, true] {
            let found = state.slots.keys.filter { slot in
                (slot.isCustom || state.defaultEnabled)
                    && state.certificate(in: slot)?.certificate.names.contains { matches($0.text, wildcard) } ?? false
            }.sorted()
            let ordered = found.sorted { left, right in
                state.certificate(in: left)?.certificate.key.family == .ecdsa
                    && state.certificate(in: right)?.certificate.key.family != .ecdsa
            }
            if !ordered.isEmpty {
                return ordered.map(\.description).joined(separator: "+") + (wildcard ? " wildcard" : " exact")
            }
        }
        if state.retired.since.keys.contains(where: { matches($0.text, false) || matches($0.text, true) }) {
            return "retired"
        }
        return state.defaultEnabled && state.slots[.default] != nil ? "default default" : "unknown"
    }
}
