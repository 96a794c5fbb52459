import Credentials
import Registry
import TLSGateway

/// `registration:`, `jwt:`, `serverCertificates:` and `revocationLists:` key by key.
struct CredentialSchema {
    let root: SectionReader
    let path: ScalarKind<String>

    /// A second's registrations are written one by one: more than this no database takes.
    private static let rates = 1...100_000

    func registration() -> RegistrationLimit.Rate {
        root.section("registration") { section in
            let product = RegistrationLimit.Rate()
            return RegistrationLimit.Rate(
                perSecond: section.value("ratePerSecond", .number(Self.rates), default: product.perSecond),
                burst: section.value("burst", .number(Self.rates), default: product.burst)
            )
        }
    }

    // MARK: Tokens

    func jwt() -> JWTSettings? {
        root.optionalSection("jwt") { section in
            let product = JWTRequirements()
            var settings = JWTSettings(
                keys: section.sections("keys", keyFile).compactMap { $0 },
                keySetFile: section.optional("jwksFile", path),
                issuer: section.optional("issuer", .text("the issuer's name, as the claim \"iss\" has it")),
                audience: section.optional("audience", .text("our name, as the claim \"aud\" has it")),
                placement: section.value("placement", .choice, default: .password),
                userClaim: section.value("userClaim", .claim, default: product.userClaim)
            )
            settings.clientIDClaim = section.optional("clientIDClaim", .claim)
            settings.allowsUnlimited = section.value("allowUnlimited", .boolean, default: product.allowsUnlimited)
            if settings.keySetFile == nil, section.origin(of: "keys") == .builtIn {
                section.report(
                    .missing(needed: "keys or jwksFile: without a key no token can be checked"),
                    at: "keys"
                )
            }
            return settings
        }
    }

    private func keyFile(_ section: SectionReader) -> JWTSettings.KeyFile? {
        let algorithm: JWTAlgorithm? = section.required("algorithm", .choice)
        let file = section.required("file", path)
        let id = section.optional("id", .text("the key's id, as the header \"kid\" has it"))
        guard let algorithm, let file else { return nil }
        return JWTSettings.KeyFile(algorithm: algorithm, file: file, id: id)
    }

    // MARK: Watched files

    func serverCertificates(_ limits: ClusterLimits) -> [WatchedServerCertificate] {
        var slots = UniqueNames()
        let entries = root.sections("serverCertificates") { section -> WatchedServerCertificate? in
            let slot = section.required("slot", .slot(limits.customServerCertificates))
            if let slot { slots.check("\(slot)", "slot", in: section) }
            let files = section.certificateFiles(path)
            let staple = section.optional("ocspStapleFile", path)
            let span = ScalarKind.duration(.zero...GracePeriod.maximum)
            let grace = section.value("grace", span, default: GracePeriod.standard)
            guard let slot, let files else { return nil }
            return WatchedServerCertificate(slot: slot, files: files, stapleFile: staple, grace: grace)
        }
        return entries.compactMap { $0 }
    }

    func revocationLists() -> [WatchedRevocationList] {
        var authorities = UniqueNames()
        let entries = root.sections("revocationLists") { section -> WatchedRevocationList? in
            let authority = section.required("ca", .text("a CA's name, or the beginning of its fingerprint"))
            if let authority { authorities.check(authority, "ca", in: section) }
            let file = section.required("file", path)
            let onStale: RevocationList.StalePolicy = section.value("onStale", .choice, default: .softFail)
            guard let authority, let file else { return nil }
            return WatchedRevocationList(authority: authority, file: file, onStale: onStale)
        }
        return entries.compactMap { $0 }
    }
}

extension SectionReader {
    /// `chainFile` and `keyFile`, both needed.
    func certificateFiles(_ path: ScalarKind<String>) -> CertificateFiles? {
        let (chain, key) = (required("chainFile", path), required("keyFile", path))
        guard let chain, let key else { return nil }
        return CertificateFiles(chainFile: chain, keyFile: key)
    }
}

extension ScalarKind<String> {
    /// The name of a claim. RFC 7519 § 4
    fileprivate static var claim: Self { .text("the name of a claim, such as \"sub\"") }
}

extension ScalarKind<ServerCertificateSlot> {
    /// A slot that the cluster has.
    static func slot(_ customSlots: Int) -> Self {
        ScalarKind(
            needed: customSlots == 0 ? "\"default\"" : "\"default\", or \"custom-1\" up to \"custom-\(customSlots)\"",
            parse: { text in
                guard let slot = try? ServerCertificateSlot(text) else { return nil }
                if case .custom(let number) = slot, number > customSlots { return nil }
                return slot
            },
            render: { "\($0)" }
        )
    }
}
