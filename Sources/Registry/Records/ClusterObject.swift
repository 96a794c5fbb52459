import struct FoundationEssentials.Date

/// A thing of the cluster that the audit log names.
enum ClusterObject: Hashable, CustomStringConvertible {
    /// A hosted certificate.
    case certificate(Fingerprint)
    /// A server certificate slot.
    case slot(ServerCertificateSlot)
    /// Whether the default server certificate serves.
    case defaultCertificate
    /// A CA, registered or superseded.
    case ca(Fingerprint)
    /// The open registration codes.
    case registrationCodes
    /// The mode and what goes with it.
    case mode
    /// The TLS versions.
    case tls

    var description: String {
        switch self {
        case .certificate(let fingerprint), .ca(let fingerprint): fingerprint.hex
        case .slot(let slot): slot.description
        case .defaultCertificate: "default"
        case .registrationCodes: "registration-codes"
        case .mode: "mode"
        case .tls: "tls"
        }
    }
}

extension ClusterState {
    /// What the audit log says about an object: names, dates and states, never keys or codes.
    func facts(of object: ClusterObject) -> AuditFacts? {
        switch object {
        case .certificate(let fingerprint): hosted[fingerprint].map(facts)
        case .slot(let slot): slots[slot].map(facts)
        case .defaultCertificate: ["enabled": "\(defaultEnabled)"]
        case .ca(let fingerprint):
            authorities[fingerprint].map { facts($0) } ?? supersededAuthorities[fingerprint].map(facts)
        case .registrationCodes:
            ["open": "\(registrationCodes.count)", "latestExpiry": registrationCodes.map(\.expiresAt).max()?.timestamp]
        case .mode:
            [
                "mode": settings.mode.rawValue, "anonymous": "\(settings.anonymous)",
                "automaticRegistration": "\(settings.automaticRegistration)",
                "automaticActivation": "\(settings.automaticActivation)",
            ]
        case .tls:
            ["min": settings.tls.minimum.rawValue, "max": settings.tls.maximum.rawValue]
        }
    }

    private func facts(_ hosted: HostedCertificate) -> AuditFacts {
        [
            "name": hosted.name?.text, "subject": hosted.certificate.subject,
            "notAfter": hosted.certificate.notAfter.timestamp,
            "names": hosted.certificate.names.map(\.text).joined(separator: " "),
            "staple": hosted.staple?.thisUpdate.timestamp,
        ]
    }

    private func facts(_ binding: SlotBinding) -> AuditFacts {
        [
            "certificate": binding.certificate.hex, "superseded": binding.superseded?.certificate.hex,
            "graceUntil": binding.superseded?.until.timestamp,
        ]
    }

    private func facts(_ authority: RegisteredCA) -> AuditFacts {
        AuditFacts(members(of: authority) + [(name: "state", value: authority.state.rawValue)])
    }

    private func facts(_ superseded: SupersededCA) -> AuditFacts {
        AuditFacts(
            members(of: superseded.ca) + [
                (name: "state", value: "superseded"), (name: "replacedBy", value: superseded.replacedBy.hex),
                (name: "graceUntil", value: superseded.until.timestamp),
            ]
        )
    }

    private func members(of authority: RegisteredCA) -> [(name: String, value: String?)] {
        [
            (name: "name", value: authority.name?.text), (name: "subject", value: authority.certificate.subject),
            (name: "notAfter", value: authority.certificate.notAfter.timestamp),
            (name: "crl", value: authority.revocationList?.thisUpdate.timestamp),
            (name: "crlRevoked", value: authority.revocationList.map { "\($0.revokedCount)" }),
            (name: "crlOnStale", value: authority.revocationList?.onStale.rawValue),
        ]
    }
}
