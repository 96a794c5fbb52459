import Foundation
import Registry
import SQLiteStorage
import Testing

/// The moment at which all tests of storage happen.
let noon = Date(timeIntervalSince1970: 1_800_000_000)

/// A directory for one test, removed when the test lets go of it.
final class TemporaryDirectory {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "sluice-storage-" + UUID().uuidString
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func permissions(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
}

func openStore(_ path: String) throws -> SQLiteRegistryStore {
    try SQLiteRegistryStore(in: DataDirectory(claiming: path))
}

func facts(_ number: UInt8, names: [String], key: CertificateKey) throws -> CertificateDescription {
    var parsed: [DomainName] = []
    for name in names { parsed.append(try DomainName(name)) }
    return CertificateDescription(
        fingerprint: try Fingerprint([UInt8](repeating: number, count: 32)),
        serial: try #require(SerialNumber(hex: "0\(number)")),
        subject: "CN=device \(number),O=Ümlaut",
        issuer: "CN=issuer",
        commonName: number % 2 == 0 ? "device \(number)" : nil,
        organizationalUnit: number % 3 == 0 ? "MQTT" : nil,
        names: parsed,
        notBefore: noon - 1000,
        notAfter: noon + 100_000_000,
        key: key
    )
}

func certificate(
    _ number: UInt8,
    _ names: [String],
    key: CertificateKey = .ec(curve: "prime256v1", bits: 256)
) throws -> HostedCertificate {
    HostedCertificate(
        name: try ObjectName("cert-\(number)"),
        certificate: try facts(number, names: names, key: key),
        chain: [[number, 1], [number, 2]],
        sealedKey: SealedKey([9, 9, number]),
        createdAt: noon
    )
}

func authority(_ number: UInt8, state: CAState = .active) throws -> RegisteredCA {
    RegisteredCA(
        name: nil,
        certificate: try facts(number, names: [], key: .rsa(bits: 4096)),
        der: [number],
        state: state,
        registeredAt: noon
    )
}

/// One change of every kind, in an order in which all are allowed, each a minute after the one before.
func everyChange() throws -> [ClusterChange] {
    let first = try certificate(1, ["gateway.test"])
    let second = try certificate(2, ["*.b.test", "a.test"], key: .rsa(bits: 2048))
    let third = try certificate(3, ["a.test"], key: .ed25519)
    let root = try authority(10)
    // The same certificate is hosted and a CA: its facts are shared.
    let shared = RegisteredCA(name: nil, certificate: third.certificate, der: [3, 1], registeredAt: noon)
    return [
        .hostCertificate(first), .bind(first.fingerprint, slot: .default),
        .hostCertificate(second), .bind(second.fingerprint, slot: nil),
        .hostCertificate(third), .bind(third.fingerprint, slot: .custom(3)),
        .registerCAs([root, try authority(11), shared]),
        .setCAState(root.fingerprint, .inactive), .setCAState(root.fingerprint, .active),
        .setMode(.twoWay, anonymous: nil),
        .setTLS(try TLSVersionRange(minimum: .tls1_2, maximum: .tls1_3)),
        .setDefault(enabled: false),
        .unbind(.custom(1)), .deleteCertificate(second.fingerprint),
        .setDefault(enabled: true), .unbind(.custom(3)), .deleteCertificate(third.fingerprint),
        .hostCertificate(second), .replace(.default, with: second.fingerprint),
        .unregisterCA(root.fingerprint), .unregisterCA(shared.fingerprint),
        .setMode(.oneWay, anonymous: true),
    ]
}

/// What goes with certificates and CAs in the course of time, in an order in which all is allowed.
func everyReplacement() throws -> [ClusterChange] {
    let (first, second, third) = (
        try certificate(1, ["a.test"]), try certificate(2, ["a.test"]), try certificate(3, ["a.test"])
    )
    let fleet = try ObjectName("fleet")
    let old = RegisteredCA(
        name: fleet,
        certificate: try facts(10, names: [], key: .rsa(bits: 4096)),
        der: [10],
        registeredAt: noon
    )
    let new = try authority(11)
    let code = try RegistrationCode(random: [UInt8](repeating: 7, count: 32), issuedAt: noon)
    let another = try RegistrationCode(random: [UInt8](repeating: 6, count: 32), issuedAt: noon + 1)
    return [
        .hostCertificate(first), .hostCertificate(second), .hostCertificate(third),
        .bind(first.fingerprint, slot: .default),
        .setStaple(first.fingerprint, staple(.upload, nextUpdate: nil)),
        .replace(.default, with: second.fingerprint), .extendGrace(.slot(.default), until: noon + 5000),
        .setStaple(second.fingerprint, staple(.file("/etc/sluice/staple.der"))),
        .setStaple(second.fingerprint, staple(.file("/etc/sluice/staple.der"), made: 1)),
        .replace(.default, with: third.fingerprint), .deleteCertificate(first.fingerprint),
        .setStaple(second.fingerprint, nil), .endGrace(.slot(.default)), .deleteCertificate(second.fingerprint),
        .issueRegistrationCode(code), .issueRegistrationCode(another),
        .registerCAs([old], proof: .code(code.text)),
        .setMode(.oneDeviceOneCertificate, automaticRegistration: true, automaticActivation: false),
        .setRevocationList(old.fingerprint, revocationList(.upload, nextUpdate: nil)),
        .setRevocationList(old.fingerprint, revocationList(.file("/etc/sluice/fleet.crl"))),
        // The new one takes the name, and the old one keeps it beside.
        .replaceCA(old.fingerprint, with: new, proof: .waived), .extendGrace(.ca(old.fingerprint), until: noon + 9000),
        .setRevocationList(old.fingerprint, nil),
        .replaceCA(new.fingerprint, with: old), .endGrace(.ca(new.fingerprint)),
        .replaceCA(old.fingerprint, with: new, grace: .zero, proof: .waived),
        .setRevocationList(new.fingerprint, revocationList(.upload)),
        .replaceCA(new.fingerprint, with: try authority(12), proof: .code(another.text)),
    ]
}

func staple(_ source: MaterialSource, made: Double = 0, nextUpdate: Date? = noon + 3600) -> OCSPStaple {
    OCSPStaple(der: [4, 5], thisUpdate: noon + made, nextUpdate: nextUpdate, source: source)
}

func revocationList(_ source: MaterialSource, nextUpdate: Date? = noon + 3600) -> RevocationList {
    RevocationList(
        der: [6],
        thisUpdate: noon,
        nextUpdate: nextUpdate,
        revokedCount: 2,
        onStale: source == .upload ? .hardFail : .softFail,
        source: source
    )
}

extension SQLiteRegistryStore {
    /// Stores a step as `ClusterControl` does, with its lines of the audit log.
    func save(_ transition: ClusterTransition) async throws {
        try await save(transition, audit: transition.auditDrafts(at: noon, by: .system))
    }
}
