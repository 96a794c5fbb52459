import AdminAPI
import Foundation

extension HostedCertificateResource: Listed {
    static var columns: [TextTable.Column] {
        ["FINGERPRINT", "NAME", "DNS NAMES", "KEY", "NOT AFTER", "VALIDITY", "SLOT", .wide("SERIAL"), .wide("ISSUER")]
    }

    var cells: [String] {
        [
            facts.shortFingerprint, name.orDash, dnsNames.joined(separator: ","), facts.key, facts.notAfter.day,
            facts.validity, slot.orDash, facts.serial, facts.issuer,
        ]
    }

    var reference: String { facts.fingerprint }

    var details: [(label: String, value: String)] {
        [("name", name.orDash), ("DNS names", dnsNames.joined(separator: ", ")), ("slot", slot.orDash)] + facts.details
            + [("chain length", "\(chainLength)"), ("uploaded", createdAt.timestamp)]
            + (chain.map { [("chain", $0)] } ?? [])
    }
}

extension ServerCertificateResource: Listed {
    static var columns: [TextTable.Column] {
        [
            "SLOT", "CERTIFICATE", "NAME", "DNS NAMES", "KEY", "NOT AFTER", "VALIDITY", "ENABLED", "GRACE UNTIL",
            .wide("BOUND"), .wide("REPLACED"),
        ]
    }

    var cells: [String] {
        [
            slot, certificate.facts.shortFingerprint, certificate.name.orDash,
            certificate.dnsNames.joined(separator: ","), certificate.facts.key, certificate.facts.notAfter.day,
            certificate.facts.validity, enabled ? "yes" : "no", (grace?.until.timestamp).orDash, boundAt.timestamp,
            (grace?.superseded.shortFingerprint).orDash,
        ]
    }

    var reference: String { slot }

    var details: [(label: String, value: String)] {
        [("slot", slot), ("enabled", enabled ? "yes" : "no"), ("bound", boundAt.timestamp)]
            + (grace.map { [$0.detail] } ?? []) + certificate.details.filter { $0.label != "slot" }
    }
}

extension CAResource: Listed {
    static var columns: [TextTable.Column] {
        [
            "FINGERPRINT", "NAME", "SUBJECT", "KEY", "NOT AFTER", "VALIDITY", "STATE", "DEVICES", "GRACE UNTIL",
            .wide("SERIAL"), .wide("REGISTERED"), .wide("CRL"),
        ]
    }

    var cells: [String] {
        [
            facts.shortFingerprint, name.orDash, facts.subject, facts.key, facts.notAfter.day, facts.validity, state,
            "\(clientCertificates)", (grace?.until.timestamp).orDash, facts.serial, registeredAt.timestamp,
            (revocationList?.words).orDash,
        ]
    }

    var reference: String { facts.fingerprint }

    var details: [(label: String, value: String)] {
        [("name", name.orDash), ("state", state), ("devices", "\(clientCertificates) registered certificates")]
            + facts.details + [("registered", registeredAt.timestamp)]
            + (revocationList.map { [("revocation list", $0.words)] } ?? []) + (grace.map { [$0.detail] } ?? [])
            + (pem.map { [("certificate", $0)] } ?? [])
    }
}

extension RevocationListResource {
    fileprivate var words: String {
        "\(revokedCount) revoked, made \(thisUpdate.day)\(stale ? ", STALE" : "") (\(onStale), \(source))"
    }
}

extension GraceResource {
    fileprivate var detail: (label: String, value: String) {
        ("replaced", "\(name ?? superseded.shortFingerprint) (\(superseded.subject)) works until \(until.timestamp)")
    }
}

extension CertificateSummary {
    /// The digits that tables show; other commands take eight or more.
    fileprivate var shortFingerprint: String { String(fingerprint.prefix(12)) }

    fileprivate var details: [(label: String, value: String)] {
        [
            ("fingerprint", fingerprint), ("serial", serial), ("subject", subject), ("issuer", issuer), ("key", key),
            ("not before", notBefore.timestamp), ("not after", "\(notAfter.timestamp) (\(validity))"),
        ]
    }
}

extension String? {
    fileprivate var orDash: String { self ?? "-" }
}

extension Date {
    /// RFC 3339 in UTC, to the second.
    var timestamp: String { formatted(.iso8601) }

    /// The day in UTC.
    var day: String { formatted(.iso8601.year().month().day()) }
}
