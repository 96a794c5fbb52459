import Registry

/// `bootstrap:` key by key.
struct BootstrapSchema {
    let section: SectionReader
    let path: ScalarKind<String>

    /// How certificates come into the registry.
    private enum Registration: String, Sendable, CaseIterable { case manual, automatic }

    func read() -> BootstrapSettings {
        var settings = ClusterSettings()
        settings.mode = section.value("mode", .choice, default: settings.mode)
        let registration: Registration = section.value(
            "registration",
            .choice,
            default: settings.automaticRegistration ? .automatic : .manual
        )
        settings.automaticRegistration = registration == .automatic
        settings.automaticActivation = section.value(
            "automaticActivation",
            .boolean,
            default: settings.automaticActivation
        )
        settings.anonymous = section.value("anonymous", .boolean, default: settings.anonymous)
        settings.tls = section.section("tls") { tlsRange($0, product: settings.tls) }
        return BootstrapSettings(
            settings: settings,
            defaultCertificate: section.optionalSection("defaultCertificate") { $0.certificateFiles(path) } ?? nil,
            authorities: section.list("cas", path)
        )
    }

    private func tlsRange(_ section: SectionReader, product: TLSVersionRange) -> TLSVersionRange {
        let minimum = section.value("min", .choice, default: product.minimum)
        let maximum = section.value("max", .choice, default: product.maximum)
        do {
            return try TLSVersionRange(minimum: minimum, maximum: maximum)
        } catch {
            section.report(
                .contradiction(found: "min \(minimum) is newer than max \(maximum)", needed: "give min ≤ max"),
                at: "min"
            )
            return product
        }
    }
}
