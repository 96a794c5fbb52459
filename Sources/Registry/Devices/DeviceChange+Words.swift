import struct FoundationEssentials.Date

extension DeviceChange: CustomStringConvertible {
    /// One sentence without a final dot, such as `revoked pump-7 (3f2a00112233): it connects no more`.
    package var description: String {
        guard isChange else { return "\(label) is as wanted already" }
        switch action {
        case .register: return "registered \(label) as \(after?.state.rawValue ?? "-")"
        case .activate: return "activated \(label)"
        case .deactivate: return "deactivated \(label): it connects no more until it is activated"
        case .revoke: return "revoked \(label): it connects no more"
        case .delete: return "deleted \(label)" + (tombstone.map { "; barred until \($0.until.timestamp)" } ?? "")
        case .purge: return "lifted the tombstone of \(label)"
        case .setClientID:
            return "\(label) has \(after?.clientID.map { "client id \($0.text.quotable)" } ?? "no client id")"
        case .reassign: return "\(label) belongs to CA \(after?.authority.short ?? "-")"
        case .learn: return "learned what the certificate of \(label) says"
        }
    }

    /// The command line that takes it back; `nil` if none does.
    package var undo: String? {
        guard isChange else { return nil }
        let name = fingerprint.short
        switch action {
        case .register where after?.state == .active:
            return "sluice client-certs deactivate \(name) && " + unregistration
        case .register where after?.state == .inactive:
            return unregistration
        case .setClientID:
            return "sluice client-certs set-client-id \(name) " + (before?.clientID?.text.shellWord ?? "--none")
        case .activate where before?.state == .inactive: return "sluice client-certs deactivate \(name)"
        case .deactivate where before?.state == .active: return "sluice client-certs activate \(name)"
        case .register, .activate, .deactivate, .revoke, .delete, .purge, .reassign, .learn: return nil
        }
    }

    /// What takes a registration back: a certificate that was barred before is barred again.
    private var unregistration: String {
        "sluice client-certs delete \(fingerprint.short)"
            + (tombstone == nil ? " && sluice client-certs purge \(fingerprint.hex)" : "")
    }

    private var label: String {
        (after ?? before)?.facts.label ?? tombstone?.commonName.map { "\($0.quotable) (\(fingerprint.short))" }
            ?? fingerprint.short
    }
}

extension DeviceChange {
    /// What audit entries about client certificates begin with; their object is the whole fingerprint.
    package static let auditPrefix = "client-certificate"

    /// The entry for the audit log.
    func auditDraft(at time: Date, by principal: Principal) -> AuditDraft {
        AuditDraft(
            time: time,
            principal: principal,
            action: "\(Self.auditPrefix).\(action.rawValue)",
            object: fingerprint.hex,
            before: before.map { AuditFacts($0.auditFacts(besides: after)) },
            after: after.map { AuditFacts($0.auditFacts(besides: before)) }
        )
    }
}

extension ClientCertificateRecord {
    /// What differs from the other side of a change; everything if there is no other side.
    fileprivate func auditFacts(besides other: ClientCertificateRecord?) -> [(name: String, value: String?)] {
        let facts: [(name: String, value: String?, other: String?)] = [
            ("state", state.rawValue, other?.state.rawValue),
            ("caFingerprint", authority.hex, other?.authority.hex),
            ("clientID", clientID?.text, other?.clientID?.text),
            ("commonName", self.facts.commonName, other?.facts.commonName),
            ("serial", self.facts.serial?.hex, other?.facts.serial?.hex),
            ("source", source.rawValue, other?.source.rawValue),
        ]
        return facts.filter { other == nil || $0.value != $0.other }.map { ($0.name, $0.value) }
    }
}

extension DeviceWarning {
    /// A stable name for programs.
    package var code: String {
        switch self {
        case .sameCommonName: "same-common-name"
        case .sameClientID: "same-client-id"
        case .expiring: "expiring"
        case .expired: "expired"
        case .notYetValid: "not-yet-valid"
        case .authorityInactive: "ca-inactive"
        case .tombstoneLifted: "tombstone-lifted"
        }
    }
}

extension DeviceWarning: CustomStringConvertible {
    /// One sentence without a final dot.
    package var description: String {
        switch self {
        case .sameCommonName(let name, let other):
            "active certificate \(other.short) has the common name \"\(name.quotable)\" too"
        case .sameClientID(let clientID, let other):
            "active certificate \(other.short) carries the client id \"\(clientID.text.quotable)\" too: "
                + "whichever connects last ends the other's session"
        case .expiring(let notAfter): "the certificate ends at \(notAfter.timestamp), within 30 days"
        case .expired(let notAfter): "the certificate ended at \(notAfter.timestamp): its device cannot connect"
        case .notYetValid(let notBefore):
            "the certificate counts from \(notBefore.timestamp) on: its device cannot connect before"
        case .authorityInactive(let authority): "CA \(authority.short) is inactive: its devices cannot connect"
        case .tombstoneLifted(let deletedAt):
            "the certificate had been deleted at \(deletedAt.timestamp); its tombstone is lifted"
        }
    }
}
