import Foundation
import Registry
import Testing

@Suite struct RecordTests {
    @Test func `says of a binding what the slot held and holds`() throws {
        let state = try ClusterState.initial().serving("old", ["a.test"])
            .after(.hostCertificate(upload("new", names: ["a.test"])))
        let record = try #require(
            try state.applying(.replace(.custom(1), with: fingerprint("new")), at: noon).records.first
        )
        #expect(record.action == "server-certificate.replace")
        #expect(record.object == "custom-1")
        #expect(record.before?.values == ["certificate": try fingerprint("old").hex])
        #expect(
            record.after?.values == [
                "certificate": try fingerprint("new").hex, "superseded": try fingerprint("old").hex,
                "graceUntil": (noon + 600).timestamp,
            ]
        )
    }

    @Test func `has a line for each CA of a bundle, and for each part of a change`() throws {
        let change = ClusterChange.all([
            .registerCAs([try authority("a"), try authority("b")]), .setMode(.twoWay, automaticActivation: false),
        ])
        let records = try ClusterState.initial().applying(change, at: noon).records
        #expect(records.map(\.action) == ["ca-certificate.register", "ca-certificate.register", "mode.set"])
        #expect(records.last?.before?.values["mode"] == "one-way")
        #expect(records.last?.after?.values["automaticActivation"] == "false")
        #expect(records.first?.after?.values["proof"] == "not-needed")
    }

    @Test func `has nothing to say of what changed nothing`() throws {
        #expect(try ClusterState.initial().applying(.setMode(.oneWay), at: noon).records.isEmpty)
    }

    @Test func `never tells a key or a registration code`() throws {
        let code = try RegistrationCode(random: [UInt8](repeating: 0xC0, count: 32), issuedAt: noon)
        let certificate = HostedCertificate(
            name: nil,
            certificate: try facts("one", names: ["a.test"]),
            chain: [],
            sealedKey: SealedKey([UInt8](repeating: 0xC0, count: 32)),
            createdAt: noon
        )
        let changes = ClusterChange.all([
            .hostCertificate(certificate), .bind(certificate.fingerprint, slot: nil), .issueRegistrationCode(code),
            .registerCAs([try authority("a")], proof: .code(code.text)),
        ])
        let text = try ClusterState.initial().applying(changes, at: noon).records.map { "\($0)" }.joined()
        #expect(text.contains("ca-certificate.issue-code"))
        #expect(!text.contains("c0c0c0"))
        #expect(!text.contains("192, 192"))
    }

    @Test func `calls every change by a word of its own`() throws {
        let (print, a) = (try fingerprint("a"), try authority("a"))
        let list = revocationList()
        let staple = OCSPStaple(der: [], thisUpdate: noon, nextUpdate: nil, source: .upload)
        let code = try RegistrationCode(text: "a", issuedAt: noon, expiresAt: noon + 1)
        let range = TLSVersionRange.all
        let changes: [ClusterChange] = [
            .hostCertificate(try upload("b", names: [])), .deleteCertificate(print), .setStaple(print, staple),
            .setStaple(print, nil), .bind(print, slot: nil), .replace(.default, with: print), .unbind(.default),
            .setDefault(enabled: true), .setDefault(enabled: false), .issueRegistrationCode(code), .registerCAs([a]),
            .replaceCA(print, with: a), .setCAState(print, .active), .setCAState(print, .inactive),
            .unregisterCA(print), .setRevocationList(print, list), .setRevocationList(print, nil),
            .endGrace(.slot(.default)), .extendGrace(.slot(.default), until: noon), .expireGraces, .setMode(.oneWay),
            .setTLS(range), .all([]),
        ]
        let actions = changes.map(\.action)
        #expect(Set(actions).count == actions.count)
        #expect(actions.allSatisfy { $0.split(separator: ".").count == 2 })
    }
}

@Suite struct RequiredRoleTests {
    @Test func `is the administrator's for keys and for what is served`() throws {
        let print = try fingerprint("a")
        for change in [
            ClusterChange.hostCertificate(try upload("b", names: [])), .bind(print, slot: nil),
            .replace(.default, with: print), .deleteCertificate(print),
            .all([.expireGraces, .registerCAs([], proof: .waived)]),
        ] {
            #expect(change.requiredRole == .admin, "\(change.action)")
        }
    }

    @Test func `is the operator's for a day's work`() throws {
        let print = try fingerprint("a")
        for change in [
            ClusterChange.unbind(.custom(1)), .registerCAs([], proof: .notNeeded), .setCAState(print, .inactive),
            .setMode(.twoWay), .setTLS(.all), .endGrace(.ca(print)), .all([]),
        ] {
            #expect(change.requiredRole == .operator, "\(change.action)")
        }
    }
}

@Suite struct PrincipalTests {
    @Test func `prints as people know it`() throws {
        let print = try fingerprint("a")
        let rows: [(Principal.Kind, String)] = [
            (.socket(uid: 0), "uid 0"), (.token(id: "x", name: "ci"), "token ci"),
            (.device(print), "device \(print.short)"), (.configuration, "configuration"), (.system, "system"),
        ]
        for (kind, text) in rows { #expect(Principal(kind: kind, role: .viewer).description == text) }
    }

    @Test func `comes back from JSON`() throws {
        let principal = Principal(kind: .device(try fingerprint("a")), role: .viewer)
        #expect(try JSONDecoder().decode(Principal.self, from: JSONEncoder().encode(principal)) == principal)
    }

    @Test func `has roles in order`() {
        #expect(Role.allCases.sorted() == [.viewer, .operator, .admin])
    }
}
