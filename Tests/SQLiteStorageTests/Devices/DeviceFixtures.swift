import Foundation
import Registry
import SQLiteStorage
import Testing

let administrator = Principal(kind: .socket(uid: 0), role: .admin)

/// A fingerprint that is the same for the same number, spread over all bytes.
func deviceFingerprint(_ number: Int) throws -> Fingerprint {
    var state = UInt64(truncatingIfNeeded: number)
    var bytes: [UInt8] = []
    for _ in 0..<4 {
        state = (state &+ 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        state ^= state >> 29
        withUnsafeBytes(of: state) { bytes.append(contentsOf: $0) }
    }
    return try Fingerprint(bytes)
}

/// A record with every column filled, or none that may be empty.
func deviceRecord(_ number: Int, authority: Fingerprint, bare: Bool = false) throws -> ClientCertificateRecord {
    var facts = ClientCertificateFacts(fingerprint: try deviceFingerprint(number))
    if !bare {
        facts.serial = SerialNumber(hex: String(number * 37 % 500, radix: 16))
        facts.commonName = "pump-\(number % 60)"
        facts.organizationalUnit = ["Süd", "Nord", "100%_x"][number % 3]
        facts.subject = "CN=pump-\(number)"
        facts.issuer = "CN=CA"
        facts.notBefore = noon + Double(number % 7 - 5) * 86_400
        facts.notAfter = noon + Double(number * 13 % 90 - 10) * 86_400
        facts.key = [.rsa(bits: 2048), .ec(curve: "prime256v1", bits: 256), .ed25519, .other(name: "X")][number % 4]
    }
    return ClientCertificateRecord(
        facts: facts,
        authority: authority,
        clientID: bare ? nil : ClientIdentifier("client \(number % 45)"),
        state: ClientCertificateState.allCases[number * 7 % 11 % 4],
        source: number % 5 == 0 ? .manual : .automatic,
        createdAt: noon - Double(number * 31 % 100),
        stateChangedAt: noon,
        lastSeenAt: number % 3 == 0 ? nil : noon - Double(number * 17 % 50)
    )
}

/// A registry on disk with two CAs.
func deviceRegistry(_ path: String) async throws -> (registry: SQLiteRegistryStore, authorities: [Fingerprint]) {
    let registry = try openStore(path)
    let authorities = [try authority(1), try authority(2)]
    if try await registry.load() == nil {
        let transition = try ClusterState.initial().applying(.registerCAs(authorities), at: noon)
        try await registry.save(transition, audit: [])
    }
    return (registry, authorities.map(\.fingerprint))
}

func deviceControl(_ registry: SQLiteRegistryStore) async throws -> DeviceControl {
    try await DeviceControl(
        store: registry.devices,
        rules: RegistrationRules(automaticActivation: { true }, authorityState: { _ in .active })
    )
}

/// What `DeviceQuery` asks for, said in Swift: the oracle for what is said in SQL.
func matches(_ record: ClientCertificateRecord, _ query: DeviceQuery, at now: Date) -> Bool {
    let facts = record.facts
    let start = facts.notBefore ?? .distantPast
    let end = facts.notAfter ?? .distantFuture
    if let serial = query.serial, facts.serial != serial { return false }
    if !matches(facts.commonName, query.commonName) { return false }
    if !matches(facts.organizationalUnit, query.organizationalUnit) { return false }
    if !matches(record.clientID?.text, query.clientID) { return false }
    if let authority = query.authority, record.authority != authority { return false }
    if !query.states.isEmpty, !query.states.contains(record.state) { return false }
    if let source = query.source, record.source != source { return false }
    if let validity = query.validity, facts.validity(at: now) != validity { return false }
    if let bound = query.expiringBefore, end < now || end > bound { return false }
    if let bound = query.notBeforeFrom, start < bound { return false }
    if let bound = query.notBeforeUntil, start >= bound { return false }
    if let bound = query.notAfterFrom, end < bound { return false }
    if let bound = query.notAfterUntil, end >= bound { return false }
    guard let search = query.search, !search.isEmpty else { return true }
    let texts = [facts.commonName, record.clientID?.text, facts.organizationalUnit].compactMap(\.self)
    if search.hasPrefix("*") { return texts.contains { $0.contains(search.dropFirst()) } || search == "*" }
    let digits = SerialNumber(hex: search)?.hex
    return texts.contains { $0.hasPrefix(search) }
        || digits.map { (facts.serial?.hex ?? "").hasPrefix($0) || facts.fingerprint.hasPrefix($0) } == true
}

private func matches(_ text: String?, _ match: TextMatch?) -> Bool {
    switch match {
    case nil: true
    case .exactly(let wanted): (text ?? "") == wanted
    case .prefix(let wanted): (text ?? "").hasPrefix(wanted)
    }
}
