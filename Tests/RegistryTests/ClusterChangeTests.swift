import Registry
import Testing

@Suite struct ClusterChangeTests {
    private func bootstrap() throws -> ClusterChange {
        let certificate = try upload("def", names: ["gateway.test"])
        return .all([
            .hostCertificate(certificate), .bind(certificate.fingerprint, slot: .default),
            .registerCAs([try authority("root")]), .setMode(.twoWay, anonymous: nil),
        ])
    }

    @Test func `of several parts is one step`() throws {
        let after = try ClusterState.initial().applying(bootstrap(), at: noon).after
        #expect(after.revision == 1)
        #expect(after.certificate(in: .default)?.label == "def")
        #expect(after.settings.mode == .twoWay)
    }

    @Test func `of several parts happens wholly or not at all`() throws {
        let state = ClusterState.initial()
        #expect(throws: RegistryError.slotEmpty(.custom(1))) {
            try state.applying(.all([bootstrap(), .unbind(.custom(1))]), at: noon)
        }
        #expect(state == .initial())
    }

    @Test func `of several parts says each of them`() throws {
        let summary = try ClusterState.initial().applying(bootstrap(), at: noon).summary
        #expect(summary.words.contains("bound def to default for gateway.test; registered CA root (active)"))
    }

    @Test func `of several parts is undone from the last to the first`() throws {
        let changes = ClusterChange.all([.registerCAs([try authority("root")]), .setMode(.twoWay, anonymous: nil)])
        let summary = try ClusterState.initial().applying(changes, at: noon).summary
        let print = try fingerprint("root").short
        #expect(summary.undo == "sluice mode set one-way --anonymous off && sluice ca-certs unregister \(print)")
    }

    @Test func `of no parts changes nothing`() throws {
        #expect(try !ClusterState.initial().applying(.all([]), at: noon).isChange)
    }
}
