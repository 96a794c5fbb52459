/// The rules of the cluster-wide settings.
extension ClusterState {
    mutating func setMode(_ mode: AuthenticationMode, anonymous: Bool?) throws(RegistryError) -> RegistryChangeSummary {
        if mode != .oneWay {
            guard !activeAuthorities.isEmpty else { throw .noActiveCA(mode: mode, inactive: authorities.count) }
            guard anonymous != true else { throw .anonymousOutsideOneWay(mode: mode) }
        }
        let old = settings
        settings.mode = mode
        if let anonymous { settings.anonymous = anonymous }
        guard settings != old else {
            return RegistryChangeSummary("the mode is \(old.modeInWords) already", undo: nil)
        }
        return RegistryChangeSummary(
            "switched the mode from \(old.modeInWords) to \(settings.modeInWords)",
            undo: "sluice mode set \(old.mode)"
                + (old.mode == .oneWay ? " --anonymous \(old.anonymous ? "on" : "off")" : ""),
            warnings: settings.mode == .oneWay && settings.anonymous
                ? ["anybody who reaches an access point can connect"] : []
        )
    }

    mutating func setTLS(_ range: TLSVersionRange) -> RegistryChangeSummary {
        let old = settings.tls
        settings.tls = range
        guard range != old else { return RegistryChangeSummary("the TLS versions are \(old) already", undo: nil) }
        return RegistryChangeSummary(
            "switched the TLS versions from \(old) to \(range)",
            undo: "sluice tls set --min \(old.minimum) --max \(old.maximum)"
        )
    }
}

extension ClusterSettings {
    fileprivate var modeInWords: String {
        mode == .oneWay ? "\(mode) (anonymous \(anonymous ? "on" : "off"))" : mode.rawValue
    }
}
