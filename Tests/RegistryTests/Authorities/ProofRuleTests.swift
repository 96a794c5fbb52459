import Foundation
import Registry
import Testing

@Suite struct ProofRuleTests {
    private func strict() throws -> ClusterState {
        try ClusterState.initial().after(.registerCAs([authority("first")]), .setMode(.oneDeviceOneCertificate))
    }

    private func code(_ text: String = "abc", issued: TimeInterval = 0) throws -> RegistrationCode {
        try RegistrationCode(text: text, issuedAt: noon + issued, expiresAt: noon + issued + day)
    }

    @Test func `asks for proof where each device has its certificate`() throws {
        #expect(throws: RegistryError.proofNeeded) { try strict().after(.registerCAs([authority("a")])) }
        #expect(throws: RegistryError.proofNeeded) {
            try strict().after(.replaceCA(fingerprint("first"), with: authority("a")))
        }
        #expect(throws: Never.self) { try ClusterState.initial().after(.registerCAs([authority("a")])) }
    }

    @Test func `takes a code once`() throws {
        let open = try strict().after(.issueRegistrationCode(code()))
        #expect(throws: RegistryError.noSuchRegistrationCode("abcd")) {
            try open.after(.registerCAs([authority("a")], proof: .code("abcd")))
        }
        let used = try open.after(.registerCAs([authority("a")], proof: .code("abc")))
        #expect(used.registrationCodes.isEmpty)
        #expect(throws: RegistryError.noSuchRegistrationCode("abc")) {
            try used.after(.registerCAs([authority("b")], proof: .code("abc")))
        }
    }

    @Test func `is part of the commands that take a change back`() throws {
        let state = try strict().after(.registerCAs([authority("b", state: .inactive)], proof: .waived))
        let (a, b) = (try fingerprint("a").short, try fingerprint("b").short)
        func undo(_ change: ClusterChange) throws -> String? { try state.applying(change, at: noon).summary.undo }
        #expect(
            try undo(.registerCAs([authority("a")], proof: .waived))
                == "sluice ca-certs deactivate \(a) && sluice ca-certs unregister \(a)"
        )
        let proof = "F: the PEM file of \(b); V: its proof, see sluice ca-certs code"
        #expect(
            try undo(.unregisterCA(fingerprint("b")))
                == "sluice ca-certs register --ca F --name b --inactive --verification V   # \(proof)"
        )
        #expect(
            try undo(.replaceCA(fingerprint("b"), with: authority("a"), grace: .zero, proof: .waived))
                == "sluice ca-certs replace \(a) --ca F --grace 0s --verification V   # \(proof)"
        )
    }

    @Test func `does not use up a code for what is refused otherwise`() throws {
        let open = try strict().after(.issueRegistrationCode(code()))
        #expect(throws: RegistryError.caAlreadyRegistered(try fingerprint("first"))) {
            try open.after(.registerCAs([authority("first")], proof: .code("abc")))
        }
        #expect(open.registrationCodes.count == 1)
    }

    @Test func `takes a code for a replacement too`() throws {
        let state = try strict().after(
            .issueRegistrationCode(code()),
            .replaceCA(fingerprint("first"), with: authority("a"), proof: .code("abc"))
        )
        #expect(state.registrationCodes.isEmpty)
    }

    @Test func `asks nothing of a CA that comes back within its grace period`() throws {
        let state = try strict().after(.replaceCA(fingerprint("first"), with: authority("a"), proof: .waived))
        #expect(throws: Never.self) {
            try state.after(.replaceCA(fingerprint("a"), with: authority("first")), at: noon + within)
        }
        #expect(throws: RegistryError.proofNeeded) {
            try state.after(.replaceCA(fingerprint("a"), with: authority("first")), at: noon + after)
        }
    }

    @Test func `proves one CA with one code`() throws {
        let open = try strict().after(.issueRegistrationCode(code()))
        #expect(throws: RegistryError.proofForOneCA(found: 2)) {
            try open.after(.registerCAs([authority("a"), authority("b")], proof: .code("abc")))
        }
    }

    @Test func `takes an administrator's word`() throws {
        let change = ClusterChange.registerCAs([try authority("a")], proof: .waived)
        #expect(change.requiredRole == .admin)
        let transition = try strict().applying(change, at: noon)
        #expect(transition.summary.warnings == ["nobody proved to hold the CA's key"])
        #expect(transition.records.last?.after?.values["proof"] == "waived")
    }

    static let lifetime: [(seconds: TimeInterval, isOpen: Bool)] = [
        (0, true), (day - 1, true), (day, false), (day + 1, false),
    ]

    @Test(arguments: lifetime)
    func `takes a code for a day`(seconds: TimeInterval, isOpen: Bool) throws {
        let now = noon + seconds
        let code = try RegistrationCode(random: [UInt8](0..<32), issuedAt: noon)
        #expect(code.text.count == 64)
        let open = try strict().after(.issueRegistrationCode(code))
        let change = ClusterChange.registerCAs([try authority("a")], proof: .code(code.text))
        if isOpen {
            #expect(try open.applying(change, at: now).isChange)
        } else {
            #expect(throws: RegistryError.registrationCodeExpired(at: noon + day, now: now)) {
                try open.applying(change, at: now)
            }
        }
    }

    @Test func `gives out 16 codes, and more when they have expired`() throws {
        var state = try strict()
        for number in 0..<16 { state = try state.after(.issueRegistrationCode(code("c\(number)"))) }
        let next = ClusterChange.issueRegistrationCode(try code("next", issued: 60))
        #expect(throws: RegistryError.registrationCodeLimit(open: 16, limit: 16, nextExpiry: noon + day)) {
            try state.after(next)
        }
        #expect(
            try state.after(.issueRegistrationCode(code("next", issued: day)), at: noon + day).registrationCodes.count
                == 1
        )
    }

    @Test func `gives out no code twice, and none that is over`() throws {
        let open = try strict().after(.issueRegistrationCode(code()))
        #expect(throws: RegistryError.registrationCodeTaken) { try open.after(.issueRegistrationCode(code())) }
        #expect(throws: RegistryError.registrationCodeExpired(at: noon + day, now: noon + day)) {
            try open.after(.issueRegistrationCode(code("d")), at: noon + day)
        }
    }

    @Test(arguments: ["", "a b", "a-b", "ä", String(repeating: "a", count: 65)])
    func `knows what cannot be a code`(text: String) {
        #expect(throws: RegistryError.registrationCode(text)) {
            try RegistrationCode(text: text, issuedAt: noon, expiresAt: noon + 1)
        }
    }
}

@Suite struct CADeletionTests {
    private func cluster(_ mode: AuthenticationMode, _ state: CAState) throws -> ClusterState {
        let both = try ClusterState.initial().after(.registerCAs([authority("a"), authority("b")]))
        return try both.after(.setMode(mode), .setCAState(fingerprint("a"), state))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let mode: AuthenticationMode
        let state: CAState
        let devices: Int
        let refusal: String?
        var testDescription: String { "\(mode) \(state) \(devices)" }
    }

    static let rows: [Row] = [
        Row(mode: .oneWay, state: .active, devices: 0, refusal: nil),
        Row(mode: .oneWay, state: .active, devices: 1, refusal: "ca-has-client-certificates"),
        Row(mode: .twoWay, state: .active, devices: 0, refusal: nil),
        Row(mode: .twoWay, state: .inactive, devices: 0, refusal: nil),
        Row(mode: .twoWay, state: .inactive, devices: 2, refusal: "ca-has-client-certificates"),
        Row(mode: .oneDeviceOneCertificate, state: .active, devices: 0, refusal: "ca-active"),
        Row(mode: .oneDeviceOneCertificate, state: .active, devices: 3, refusal: "ca-active"),
        Row(mode: .oneDeviceOneCertificate, state: .inactive, devices: 0, refusal: nil),
        Row(mode: .oneDeviceOneCertificate, state: .inactive, devices: 3, refusal: "ca-has-client-certificates"),
    ]

    @Test(arguments: rows)
    func `waits until nobody depends on the CA`(row: Row) throws {
        let cluster = try cluster(row.mode, row.state)
        let asked = try fingerprint("a")
        let facts = ClusterFacts { $0 == asked ? row.devices : 99 }
        var code: String?
        do throws(RegistryError) {
            _ = try cluster.applying(.unregisterCA(asked), at: noon, facts: facts)
        } catch {
            code = error.code
        }
        #expect(code == row.refusal)
    }
}
