import Foundation
import Registry
import Testing

/// The moment at which all tests of the registry happen, unless they say otherwise.
let noon = Date(timeIntervalSince1970: 1_800_000_000)

let day: TimeInterval = 86_400
let ecKey = CertificateKey.ec(curve: "prime256v1", bits: 256)
let rsaKey = CertificateKey.rsa(bits: 2048)

/// A fingerprint that is the same for the same text.
func fingerprint(_ seed: String) throws -> Fingerprint {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var bytes: [UInt8] = []
    for round in UInt8(0)..<4 {
        for byte in Array(seed.utf8) + [round] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) }
    }
    return try Fingerprint(bytes)
}

/// Facts of an invented certificate that is valid at noon.
func facts(
    _ seed: String,
    names: [String] = [],
    key: CertificateKey = ecKey,
    notBefore: Date = noon - 30 * day,
    notAfter: Date = noon + 335 * day,
    serial: String = "0a1b"
) throws -> CertificateDescription {
    var parsed: [DomainName] = []
    for name in names { parsed.append(try DomainName(name)) }
    return CertificateDescription(
        fingerprint: try fingerprint(seed),
        serial: try #require(SerialNumber(hex: serial)),
        subject: "CN=\(seed)",
        issuer: "CN=Issuer",
        commonName: seed,
        organizationalUnit: nil,
        names: parsed,
        notBefore: notBefore,
        notAfter: notAfter,
        key: key
    )
}

/// An invented hosted certificate, called by its seed.
func upload(
    _ seed: String,
    names: [String],
    key: CertificateKey = ecKey,
    notBefore: Date = noon - 30 * day,
    notAfter: Date = noon + 335 * day
) throws -> HostedCertificate {
    HostedCertificate(
        name: try ObjectName(seed),
        certificate: try facts(seed, names: names, key: key, notBefore: notBefore, notAfter: notAfter),
        chain: [Array(seed.utf8)],
        sealedKey: SealedKey([1, 2, 3]),
        createdAt: noon
    )
}

/// An invented CA, called by its seed.
func authority(
    _ seed: String,
    state: CAState = .active,
    notAfter: Date = noon + 335 * day,
    revocationList: RevocationList? = nil
) throws -> RegisteredCA {
    RegisteredCA(
        name: try ObjectName(seed),
        certificate: try facts(seed, notAfter: notAfter),
        der: Array(seed.utf8),
        state: state,
        registeredAt: noon,
        revocationList: revocationList
    )
}

/// An invented revocation list, made so many seconds after noon.
func revocationList(
    _ made: TimeInterval = 0,
    nextUpdate: TimeInterval? = day,
    onStale: RevocationList.StalePolicy = .hardFail
) -> RevocationList {
    RevocationList(
        der: [7],
        thisUpdate: noon + made,
        nextUpdate: nextUpdate.map { noon + $0 },
        revokedCount: 3,
        onStale: onStale,
        source: .upload
    )
}

extension ClusterState {
    /// The state after these changes at noon.
    func after(
        _ changes: ClusterChange...,
        at now: Date = noon,
        limits: ClusterLimits = ClusterLimits()
    ) throws -> ClusterState {
        var state = self
        for change in changes { state = try state.applying(change, at: now, limits: limits).after }
        return state
    }

    /// Stores a certificate and binds it.
    func serving(
        _ seed: String,
        _ names: [String],
        key: CertificateKey = ecKey,
        slot: ServerCertificateSlot? = nil,
        notAfter: Date = noon + 335 * day
    ) throws -> ClusterState {
        let certificate = try upload(seed, names: names, key: key, notAfter: notAfter)
        return try after(.hostCertificate(certificate), .bind(certificate.fingerprint, slot: slot))
    }

    /// Stores a certificate and puts it in place of a slot's.
    func renewing(
        _ slot: ServerCertificateSlot,
        by seed: String,
        _ names: [String],
        key: CertificateKey = ecKey,
        grace: Duration = GracePeriod.standard,
        at now: Date = noon,
        notAfter: Date = noon + 335 * day
    ) throws -> ClusterState {
        let certificate = try upload(seed, names: names, key: key, notAfter: notAfter)
        return try after(
            .hostCertificate(certificate),
            .replace(slot, with: certificate.fingerprint, grace: grace),
            at: now
        )
    }
}

/// Collects what a choice says in one word: the slot's name, or why it refuses.
func word(_ choice: CertificateChoice) -> String {
    switch choice {
    case .serve(let group, let match): "\(group) \(match.rawValue)"
    case .refused(.retired): "retired"
    case .refused(.unknown): "unknown"
    case .refused(.unnamed): "unnamed"
    case .refused(.malformed): "malformed"
    }
}
