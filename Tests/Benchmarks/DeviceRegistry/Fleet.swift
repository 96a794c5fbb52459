import Foundation
import Registry
import SQLiteStorage

/// An invented fleet: four CAs of very different size, sites, batches, a few per cent of everything rare.
struct Fleet: Sendable {
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    let principal = Principal(kind: .socket(uid: 0), role: .admin)
    let authorities: [RegisteredCA] = (0..<4).map { number in
        let fingerprint = Fleet.fingerprint(number, salt: 99)
        return RegisteredCA(
            name: nil,
            certificate: CertificateDescription(
                fingerprint: fingerprint,
                serial: Fleet.serial(fingerprint),
                subject: "CN=CA \(number)",
                issuer: "CN=CA \(number)",
                commonName: "CA \(number)",
                organizationalUnit: nil,
                names: [],
                notBefore: Date(timeIntervalSince1970: 1_700_000_000),
                notAfter: Date(timeIntervalSince1970: 2_500_000_000),
                key: .ec(curve: "prime256v1", bits: 256)
            ),
            der: [UInt8(number)],
            registeredAt: Date(timeIntervalSince1970: 1_700_000_000)
        )
    }

    var rules: RegistrationRules {
        RegistrationRules(automaticActivation: { true }, authorityState: { _ in .active })
    }

    func registerAuthorities(in registry: SQLiteRegistryStore) async throws {
        let transition = try ClusterState.initial().applying(.registerCAs(authorities), at: now)
        try await registry.save(transition, audit: [])
    }

    func fingerprint(_ number: Int) -> Fingerprint { Self.fingerprint(number, salt: 1) }

    /// Client ids of 24 bytes.
    func registration(_ number: Int) -> DeviceRegistration {
        DeviceRegistration(
            facts: facts(number),
            authority: authorities[authority(of: number)].fingerprint,
            clientID: ClientIdentifier(String(format: "site-%02d/unit-%013d", number % 50, number)),
            initialState: .active
        )
    }

    /// Nine tenths active and automatic, the rest spread over what is rare.
    func record(_ number: Int) -> ClientCertificateRecord {
        let registration = registration(number)
        let created = now - Double(40_000_000 - number * 30 % 40_000_000)
        let state: ClientCertificateState =
            switch number % 1000 {
            case 0..<20: .inactive
            case 20..<25: .revoked
            case 25..<26: .pendingActivation
            default: .active
            }
        return ClientCertificateRecord(
            facts: registration.facts,
            authority: registration.authority,
            clientID: registration.clientID,
            state: state,
            source: number % 10 == 3 ? .manual : .automatic,
            createdAt: created,
            stateChangedAt: created,
            lastSeenAt: number % 3 == 0 ? nil : now - Double(number % 1_000_000)
        )
    }

    private func facts(_ number: Int) -> ClientCertificateFacts {
        let fingerprint = fingerprint(number)
        var facts = ClientCertificateFacts(fingerprint: fingerprint)
        facts.serial = Self.serial(fingerprint)
        facts.commonName = String(format: "pump-%08d", number)
        facts.organizationalUnit = number % 200 == 0 ? "prototypes" : "site-\(number % 50)"
        facts.subject = "CN=\(facts.commonName ?? ""),OU=\(facts.organizationalUnit ?? ""),O=Example"
        facts.issuer = "CN=CA \(authority(of: number))"
        facts.notBefore = now - Double(number % 400 - 2) * 86_400
        facts.notAfter = now + Double(number % 1200 - 30) * 86_400 + Double(number % 86_400)
        facts.key = .ec(curve: "prime256v1", bits: 256)
        return facts
    }

    /// 90, 9, 0.9 and 0.1 per cent.
    private func authority(of number: Int) -> Int {
        switch number % 1000 {
        case 0..<900: 0
        case 900..<990: 1
        case 990..<999: 2
        default: 3
        }
    }

    private static func serial(_ fingerprint: Fingerprint) -> SerialNumber {
        // Invariant: hexadecimal digits are a serial number.
        SerialNumber(hex: String(fingerprint.hex.suffix(32))) ?? { preconditionFailure("digits that are none") }()
    }

    private static func fingerprint(_ number: Int, salt: UInt64) -> Fingerprint {
        var state = UInt64(truncatingIfNeeded: number) &+ salt << 48
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed >> 31
            withUnsafeBytes(of: mixed) { bytes.append(contentsOf: $0) }
        }
        // Invariant: four times eight bytes are a fingerprint's 32.
        guard let fingerprint = try? Fingerprint(bytes) else { preconditionFailure("32 bytes that are not") }
        return fingerprint
    }

    /// What people ask for, and some of what they should not.
    func queries(count: Int) -> [(String, DeviceQuery)] {
        func query(
            _ key: DeviceSort.Key = .createdAt,
            _ descending: Bool = true,
            _ body: (inout DeviceQuery) -> Void
        ) -> DeviceQuery {
            var query = DeviceQuery(sort: DeviceSort(key, descending: descending))
            body(&query)
            return query
        }
        let one = record(count / 2)
        var queries: [(String, DeviceQuery)] = DeviceSort.Key.allCases.flatMap { key in
            [
                ("all by \(key.rawValue)", query(key, false) { _ in }),
                ("all by -\(key.rawValue)", query(key, true) { _ in }),
            ]
        }
        queries += [
            ("serial", query { $0.serial = one.facts.serial }),
            ("common name exactly", query { $0.commonName = .exactly(one.facts.commonName ?? "") }),
            ("common name pump-0012*", query { $0.commonName = .prefix("pump-0012") }),
            ("common name pump-* (all)", query { $0.commonName = .prefix("pump-") }),
            ("client id exactly", query { $0.clientID = .exactly(one.clientID?.text ?? "") }),
            ("client id site-07* (2 %)", query { $0.clientID = .prefix("site-07") }),
            ("unit prototypes (0.5 %)", query { $0.organizationalUnit = .exactly("prototypes") }),
            ("unit site-7 (2 %) by notAfter", query(.notAfter, false) { $0.organizationalUnit = .exactly("site-7") }),
            ("CA of 90 %", query { $0.authority = authorities[0].fingerprint }),
            ("CA of 0.1 %", query { $0.authority = authorities[3].fingerprint }),
            ("CA of 9 % by common name", query(.commonName, false) { $0.authority = authorities[1].fingerprint }),
            ("state inactive (2 %)", query { $0.states = [.inactive] }),
            ("state inactive (2 %) by lastSeenAt", query(.lastSeenAt) { $0.states = [.inactive] }),
            ("state revoked (0.5 %) by notAfter", query(.notAfter, false) { $0.states = [.revoked] }),
            ("states inactive, pending, revoked", query { $0.states = [.inactive, .pendingActivation, .revoked] }),
            ("source manual (10 %)", query { $0.source = .manual }),
            ("source manual (10 %) by client id", query(.clientID, false) { $0.source = .manual }),
            ("expired", query { $0.validity = .expired }),
            ("expiring by notAfter", query(.notAfter, false) { $0.validity = .expiring }),
            ("expiring by createdAt", query { $0.validity = .expiring }),
            ("not yet valid", query { $0.validity = .notYetValid }),
            ("valid by common name", query(.commonName, false) { $0.validity = .valid }),
            (
                "notAfter within a week",
                query {
                    $0.notAfterFrom = now + 86_400 * 100
                    $0.notAfterUntil = now + 86_400 * 107
                }
            ),
            (
                "active, CA 90 %, expiring, site-7, manual",
                query(.notAfter, false) {
                    $0.states = [.active]
                    $0.authority = authorities[0].fingerprint
                    $0.validity = .expiring
                    $0.organizationalUnit = .exactly("site-7")
                    $0.source = .manual
                }
            ),
            (
                "everything at once",
                query(.serial, false) {
                    $0.states = [.active, .inactive]
                    $0.authority = authorities[0].fingerprint
                    $0.validity = .valid
                    $0.organizationalUnit = .prefix("site-")
                    $0.commonName = .prefix("pump-00")
                    $0.clientID = .prefix("site-")
                    $0.source = .automatic
                    $0.notBeforeUntil = now
                    $0.notAfterFrom = now
                    $0.search = "pump"
                }
            ),
            ("search by fingerprint", query { $0.search = String(one.fingerprint.hex.prefix(12)) }),
            ("search pump-00012", query { $0.search = "pump-00012" }),
            ("search site (all)", query { $0.search = "site" }),
            ("search *0777 (anywhere)", query { $0.search = "*0777" }),
            ("search *nowhere (bounded)", query { $0.search = "*nowhere" }),
            (
                "inactive of CA 9 % by notBefore (disjoint)",
                query(.notBefore) {
                    $0.states = [.inactive]
                    $0.authority = authorities[1].fingerprint
                }
            ),
            (
                "manual of CA 9 % by lastSeenAt (rare pair)",
                query(.lastSeenAt) {
                    $0.source = .manual
                    $0.authority = authorities[1].fingerprint
                    $0.validity = .expired
                }
            ),
        ]
        return queries
    }
}
