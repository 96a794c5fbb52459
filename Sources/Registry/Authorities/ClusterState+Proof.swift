import struct FoundationEssentials.Date

/// The rules of registration codes.
extension ClusterState {
    mutating func issue(_ code: RegistrationCode, at now: Date) throws(RegistryError) -> RegistryChangeSummary {
        let open = registrationCodes.filter { $0.isOpen(at: now) }
        guard code.isOpen(at: now) else { throw .registrationCodeExpired(at: code.expiresAt, now: now) }
        guard !registrationCodes.contains(where: { $0.text == code.text }) else { throw .registrationCodeTaken }
        guard open.count < RegistrationCode.maximumOpen else {
            throw .registrationCodeLimit(
                open: open.count,
                limit: RegistrationCode.maximumOpen,
                nextExpiry: open.map(\.expiresAt).min() ?? now
            )
        }
        registrationCodes = (open + [code]).sorted { ($0.issuedAt, $0.text) < ($1.issuedAt, $1.text) }
        return RegistryChangeSummary("gave out a registration code until \(code.expiresAt.timestamp)", undo: nil)
    }

    /// Takes the proof for so many CAs; a code that was taken cannot be used again.
    mutating func take(_ proof: RegistrationProof, for count: Int, at now: Date) throws(RegistryError) {
        switch proof {
        case .waived:
            break
        case .notNeeded:
            guard settings.mode != .oneDeviceOneCertificate else { throw .proofNeeded }
        case .code(let text):
            guard count == 1 else { throw .proofForOneCA(found: count) }
            guard let code = registrationCodes.first(where: { $0.text == text }) else {
                throw .noSuchRegistrationCode(text)
            }
            guard code.isOpen(at: now) else { throw .registrationCodeExpired(at: code.expiresAt, now: now) }
            registrationCodes.removeAll { $0.text == text || !$0.isOpen(at: now) }
        }
    }
}
