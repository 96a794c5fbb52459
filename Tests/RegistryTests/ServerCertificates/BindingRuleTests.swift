import Foundation
import Registry
import Testing

/// One row: what the cluster is like, what is asked, and the refusal or the slots afterwards.
struct BindingRow: Sendable, CustomTestStringConvertible {
    let title: String
    let state: @Sendable () throws -> ClusterState
    let change: @Sendable () throws -> ClusterChange
    let outcome: @Sendable () throws -> Result<String, RegistryError>

    var testDescription: String { title }
}

private func slots(_ state: ClusterState) -> String {
    state.slots.keys.sorted().map { slot in
        let isOff = slot == .default && !state.defaultEnabled
        return "\(slot)=\(state.certificate(in: slot)?.label ?? "?")\(isOff ? " off" : "")"
    }.joined(separator: " ")
}

private func base() throws -> ClusterState {
    try ClusterState.initial().serving("def", ["gateway.test"], slot: .default)
}

private func full() throws -> ClusterState {
    try base().serving("one", ["one.test"]).serving("two", ["two.test"]).serving("three", ["three.test"])
        .after(.hostCertificate(upload("four", names: ["four.test"])))
}

@Suite struct BindingRuleTests {
    static let rows: [BindingRow] = [
        BindingRow(title: "the first bind takes custom-1") {
            try base().after(.hostCertificate(upload("one", names: ["one.test"])))
        } change: {
            .bind(try fingerprint("one"), slot: nil)
        } outcome: {
            .success("default=def custom-1=one")
        },
        BindingRow(title: "a bind takes the lowest free slot") {
            try full().after(.unbind(.custom(2)))
        } change: {
            .bind(try fingerprint("four"), slot: nil)
        } outcome: {
            .success("default=def custom-1=one custom-2=four custom-3=three")
        },
        BindingRow(title: "a bind takes the slot it is told") {
            try base().after(.hostCertificate(upload("one", names: ["one.test"])))
        } change: {
            .bind(try fingerprint("one"), slot: .custom(3))
        } outcome: {
            .success("default=def custom-3=one")
        },
        BindingRow(title: "a slot past the limit does not exist") {
            try base().after(.hostCertificate(upload("one", names: ["one.test"])))
        } change: {
            .bind(try fingerprint("one"), slot: .custom(4))
        } outcome: {
            .failure(.slotOutOfRange(.custom(4), limit: 3))
        },
        BindingRow(title: "an occupied slot is not taken over") {
            try full()
        } change: {
            .bind(try fingerprint("four"), slot: .custom(2))
        } outcome: {
            .failure(.slotOccupied(.custom(2), by: try fingerprint("two")))
        },
        BindingRow(title: "the default slot is not bound twice") {
            try full()
        } change: {
            .bind(try fingerprint("four"), slot: .default)
        } outcome: {
            .failure(.slotOccupied(.default, by: try fingerprint("def")))
        },
        BindingRow(title: "a fourth custom certificate is refused and nothing is evicted") {
            try full()
        } change: {
            .bind(try fingerprint("four"), slot: nil)
        } outcome: {
            .failure(.customCertificateLimit(bound: 3, limit: 3))
        },
        BindingRow(title: "what is not in the store cannot be bound") {
            try base()
        } change: {
            .bind(try fingerprint("none"), slot: nil)
        } outcome: {
            .failure(.noSuchCertificate(try fingerprint("none").short))
        },
        BindingRow(title: "one certificate is not bound twice") {
            try full()
        } change: {
            .bind(try fingerprint("one"), slot: nil)
        } outcome: {
            .failure(.certificateAlreadyBound(try fingerprint("one"), slot: .custom(1)))
        },
        BindingRow(title: "the same name with the same key type names the conflict") {
            try base().serving("one", ["one.test", "both.test"])
                .after(.hostCertificate(upload("two", names: ["x.test", "both.test"])))
        } change: {
            .bind(try fingerprint("two"), slot: nil)
        } outcome: {
            .failure(
                .nameConflict(
                    try DomainName("both.test"),
                    family: .ecdsa,
                    slot: .custom(1),
                    certificate: try fingerprint("one")
                )
            )
        },
        BindingRow(title: "a name of the default certificate conflicts too") {
            try base().after(.hostCertificate(upload("two", names: ["gateway.test"])))
        } change: {
            .bind(try fingerprint("two"), slot: nil)
        } outcome: {
            .failure(
                .nameConflict(
                    try DomainName("gateway.test"),
                    family: .ecdsa,
                    slot: .default,
                    certificate: try fingerprint("def")
                )
            )
        },
        BindingRow(title: "an RSA and an ECDSA certificate of one name are a pair") {
            try base().serving("one", ["one.test"])
                .after(.hostCertificate(upload("rsa", names: ["one.test"], key: rsaKey)))
        } change: {
            .bind(try fingerprint("rsa"), slot: nil)
        } outcome: {
            .success("default=def custom-1=one custom-2=rsa")
        },
        BindingRow(title: "a wildcard and a name under it do not conflict") {
            try base().serving("one", ["*.b.test"]).after(.hostCertificate(upload("two", names: ["a.b.test"])))
        } change: {
            .bind(try fingerprint("two"), slot: nil)
        } outcome: {
            .success("default=def custom-1=one custom-2=two")
        },
        BindingRow(title: "an expired certificate is refused") {
            try base().after(.hostCertificate(upload("old", names: ["o.test"], notAfter: noon - 1)))
        } change: {
            .bind(try fingerprint("old"), slot: nil)
        } outcome: {
            .failure(.certificateExpired(try fingerprint("old"), notAfter: noon - 1, now: noon))
        },
        BindingRow(title: "a certificate of this second is not expired") {
            try base().after(.hostCertificate(upload("last", names: ["o.test"], notAfter: noon)))
        } change: {
            .bind(try fingerprint("last"), slot: nil)
        } outcome: {
            .success("default=def custom-1=last")
        },
        BindingRow(title: "a certificate without a DNS name is refused") {
            try base().after(.hostCertificate(upload("anon", names: [])))
        } change: {
            .bind(try fingerprint("anon"), slot: nil)
        } outcome: {
            .failure(.certificateWithoutNames(try fingerprint("anon")))
        },
        BindingRow(title: "a replacement keeps the slot") {
            try full()
        } change: {
            .replace(.custom(2), with: try fingerprint("four"))
        } outcome: {
            .success("default=def custom-1=one custom-2=four custom-3=three")
        },
        BindingRow(title: "a replacement may carry the names that it replaces") {
            try full().after(.hostCertificate(upload("renewed", names: ["two.test"])))
        } change: {
            .replace(.custom(2), with: try fingerprint("renewed"))
        } outcome: {
            .success("default=def custom-1=one custom-2=renewed custom-3=three")
        },
        BindingRow(title: "the default certificate can be replaced") {
            try full()
        } change: {
            .replace(.default, with: try fingerprint("four"))
        } outcome: {
            .success("default=four custom-1=one custom-2=two custom-3=three")
        },
        BindingRow(title: "an empty slot cannot be replaced") {
            try base().after(.hostCertificate(upload("one", names: ["one.test"])))
        } change: {
            .replace(.custom(1), with: try fingerprint("one"))
        } outcome: {
            .failure(.slotEmpty(.custom(1)))
        },
        BindingRow(title: "a replacement may not take another slot's name") {
            try full().after(.hostCertificate(upload("greedy", names: ["three.test"])))
        } change: {
            .replace(.custom(2), with: try fingerprint("greedy"))
        } outcome: {
            .failure(
                .nameConflict(
                    try DomainName("three.test"),
                    family: .ecdsa,
                    slot: .custom(3),
                    certificate: try fingerprint("three")
                )
            )
        },
        BindingRow(title: "the default certificate cannot be unbound") {
            try full()
        } change: {
            .unbind(.default)
        } outcome: {
            .failure(.defaultCannotBeUnbound)
        },
        BindingRow(title: "an empty slot cannot be unbound") {
            try base()
        } change: {
            .unbind(.custom(1))
        } outcome: {
            .failure(.slotEmpty(.custom(1)))
        },
        BindingRow(title: "the last custom certificate can be unbound while the default is on") {
            try base().serving("one", ["one.test"])
        } change: {
            .unbind(.custom(1))
        } outcome: {
            .success("default=def")
        },
        BindingRow(title: "the last custom certificate stays while the default is off") {
            try base().serving("one", ["one.test"]).after(.setDefault(enabled: false))
        } change: {
            .unbind(.custom(1))
        } outcome: {
            .failure(.lastCustomWhileDefaultDisabled(.custom(1)))
        },
        BindingRow(title: "the last but one custom certificate can be unbound while the default is off") {
            try base().serving("one", ["one.test"]).serving("two", ["two.test"]).after(.setDefault(enabled: false))
        } change: {
            .unbind(.custom(1))
        } outcome: {
            .success("default=def off custom-2=two")
        },
        BindingRow(title: "the default stays on while no custom certificate is bound") {
            try base()
        } change: {
            .setDefault(enabled: false)
        } outcome: {
            .failure(.defaultNeededWithoutCustom)
        },
        BindingRow(title: "the default can be switched off beside a custom certificate") {
            try base().serving("one", ["one.test"])
        } change: {
            .setDefault(enabled: false)
        } outcome: {
            .success("default=def off custom-1=one")
        },
        BindingRow(title: "a bound certificate cannot be deleted") {
            try full()
        } change: {
            .deleteCertificate(try fingerprint("one"))
        } outcome: {
            .failure(.certificateInUse(try fingerprint("one"), slot: .custom(1)))
        },
        BindingRow(title: "the same certificate is not stored twice") {
            try full()
        } change: {
            .hostCertificate(try upload("four", names: ["four.test"]))
        } outcome: {
            .failure(.certificateAlreadyHosted(try fingerprint("four")))
        },
    ]

    @Test(arguments: rows)
    func `holds`(row: BindingRow) throws {
        let before = try row.state()
        let change = try row.change()
        switch try row.outcome() {
        case .success(let expected):
            let transition = try before.applying(change, at: noon)
            #expect(slots(transition.after) == expected)
            #expect(transition.after.revision == before.revision + 1)
        case .failure(let refusal):
            #expect(throws: refusal) { try before.applying(change, at: noon) }
        }
    }

    @Test func `refuses a name that another hosted certificate has`() throws {
        let state = try base()
        let twin = HostedCertificate(
            name: try ObjectName("def"),
            certificate: try facts("twin"),
            chain: [],
            sealedKey: SealedKey([]),
            createdAt: noon
        )
        #expect(throws: RegistryError.certificateNameTaken(try ObjectName("def"), by: try fingerprint("def"))) {
            try state.applying(.hostCertificate(twin), at: noon)
        }
    }

    @Test func `takes more custom certificates when the limit is raised`() throws {
        let state = try full()
        let raised = ClusterLimits(customServerCertificates: 4)
        let after = try state.after(.bind(fingerprint("four"), slot: nil), limits: raised)
        #expect(after.boundCustomSlots.count == 4)
    }

    @Test func `leaves the revision alone when there is nothing to do`() throws {
        let state = try base()
        let transition = try state.applying(.setDefault(enabled: true), at: noon)
        #expect(!transition.isChange)
        #expect(transition.after == state)
    }

    @Test func `keeps a deleted certificate's key nowhere`() throws {
        let state = try full().after(.deleteCertificate(fingerprint("four")))
        #expect(state.hosted[try fingerprint("four")] == nil)
    }
}
