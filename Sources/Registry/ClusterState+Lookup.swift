/// Finding certificates by what people type: a name, a fingerprint or the beginning of one, or a serial number.
extension ClusterState {
    /// The hosted certificate that `reference` means.
    /// Throws `RegistryError.noSuchCertificate` or `.ambiguousReference`.
    package func hostedCertificate(matching reference: String) throws(RegistryError) -> HostedCertificate {
        let candidates = hosted.values.map { (name: $0.name, certificate: $0.certificate) }
        guard let fingerprint = try Self.resolve(reference, among: candidates), let found = hosted[fingerprint] else {
            throw .noSuchCertificate(reference)
        }
        return found
    }

    /// The registered CA that `reference` means. Throws `RegistryError.noSuchCA` or `.ambiguousReference`.
    package func registeredCA(matching reference: String) throws(RegistryError) -> RegisteredCA {
        let candidates = authorities.values.map { (name: $0.name, certificate: $0.certificate) }
        guard let fingerprint = try Self.resolve(reference, among: candidates), let found = authorities[fingerprint]
        else {
            throw .noSuchCA(reference)
        }
        return found
    }

    /// The CAs that devices are let in by which `reference` means: the registered one and those that it has replaced, for as
    /// long as they are trusted; or one of those alone.
    /// Throws `RegistryError.noSuchCA` or `.ambiguousReference`.
    package func trustedCAs(matching reference: String) throws(RegistryError) -> [RegisteredCA] {
        do throws(RegistryError) {
            let found = try registeredCA(matching: reference)
            return [found] + supersededAuthorities.values.filter { $0.replacedBy == found.fingerprint }.map(\.ca)
        } catch .noSuchCA {
            let candidates = supersededAuthorities.values.map { (name: $0.ca.name, certificate: $0.ca.certificate) }
            let found = try Self.resolve(reference, among: candidates).flatMap { supersededAuthorities[$0]?.ca }
            guard let found else { throw .noSuchCA(reference) }
            return [found]
        } catch {
            throw error
        }
    }

    /// A name wins over a fingerprint's prefix, and that over a serial number; each must be unique in its kind.
    private static func resolve(
        _ reference: String,
        among candidates: [(name: ObjectName?, certificate: CertificateDescription)]
    ) throws(RegistryError) -> Fingerprint? {
        let kinds: [[Fingerprint]] = [
            candidates.filter { $0.name?.text == reference }.map(\.certificate.fingerprint),
            candidates.map(\.certificate.fingerprint).filter { $0.hasPrefix(reference) },
            SerialNumber(hex: reference).map { serial in
                candidates.filter { $0.certificate.serial == serial }.map(\.certificate.fingerprint)
            } ?? [],
        ]
        for matches in kinds where !matches.isEmpty {
            guard matches.count == 1 else { throw .ambiguousReference(reference, matches: matches.sorted()) }
            return matches.first
        }
        return nil
    }
}
