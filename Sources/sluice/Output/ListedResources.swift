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
        ["SLOT", "CERTIFICATE", "NAME", "DNS NAMES", "KEY", "NOT AFTER", "VALIDITY", "ENABLED", .wide("BOUND")]
    }

    var cells: [String] {
        [
            slot, certificate.facts.shortFingerprint, certificate.name.orDash,
            certificate.dnsNames.joined(separator: ","), certificate.facts.key, certificate.facts.notAfter.day,
            certificate.facts.validity, enabled ? "yes" : "no", boundAt.timestamp,
        ]
    }

    var reference: String { slot }

    var details: [(label: String, value: String)] {
        [("slot", slot), ("enabled", enabled ? "yes" : "no"), ("bound", boundAt.timestamp)]
            + certificate.details.filter { $0.label != "slot" }
    }
}

extension CAResource: Listed {
    static var columns: [TextTable.Column] {
        [
            "FINGERPRINT", "NAME", "SUBJECT", "KEY", "NOT AFTER", "VALIDITY", "STATE", .wide("SERIAL"),
            .wide("REGISTERED"),
        ]
    }

    var cells: [String] {
        [
            facts.shortFingerprint, name.orDash, facts.subject, facts.key, facts.notAfter.day, facts.validity, state,
            facts.serial, registeredAt.timestamp,
        ]
    }

    var reference: String { facts.fingerprint }

    var details: [(label: String, value: String)] {
        [("name", name.orDash), ("state", state)] + facts.details + [("registered", registeredAt.timestamp)]
            + (pem.map { [("certificate", $0)] } ?? [])
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

    fileprivate var day: String { formatted(.iso8601.year().month().day()) }
}
