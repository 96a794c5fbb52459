/// The rules of the cluster-wide settings.
extension ClusterState {
    mutating func setMode(
        _ mode: AuthenticationMode,
        anonymous: Bool?,
        automaticRegistration: Bool?,
        automaticActivation: Bool?
    ) throws(RegistryError) -> RegistryChangeSummary {
        if mode != .oneWay {
            guard !activeAuthorities.isEmpty else { throw .noActiveCA(mode: mode, inactive: authorities.count) }
            guard anonymous != true else { throw .anonymousOutsideOneWay(mode: mode) }
        }
        let old = settings
        settings.mode = mode
        // Plain listeners and access points with a mode of their own stay one-way: what let anybody in before must not go
        // on there unseen.
        settings.anonymous = mode == .oneWay ? anonymous ?? old.anonymous : false
        if let automaticRegistration { settings.automaticRegistration = automaticRegistration }
        if let automaticActivation { settings.automaticActivation = automaticActivation }
        guard settings != old else {
            return RegistryChangeSummary("the mode is \(old.modeInWords) already", undo: nil)
        }
        return RegistryChangeSummary(
            "switched the mode from \(old.modeInWords) to \(settings.modeInWords)",
            undo: old.command(over: settings),
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
        switch mode {
        case .oneWay: "\(mode) (anonymous \(anonymous.onOff))"
        case .twoWay: mode.rawValue
        case .oneDeviceOneCertificate:
            "\(mode) (registration \(registrationWord), automatic activation \(automaticActivation.onOff))"
        }
    }

    /// The command that brings these settings back from `other`.
    fileprivate func command(over other: ClusterSettings) -> String {
        // Switched on it stays while another mode is in force, and would be back with the next switch to one-way.
        let tellsAnonymous = mode == .oneWay || (other.anonymous && !anonymous)
        var options = tellsAnonymous ? " --anonymous \(anonymous.onOff)" : ""
        if automaticRegistration != other.automaticRegistration || mode == .oneDeviceOneCertificate {
            options += " --registration \(registrationWord)"
        }
        if automaticActivation != other.automaticActivation || mode == .oneDeviceOneCertificate {
            options += " --automatic-activation \(automaticActivation.onOff)"
        }
        return "sluice mode set \(mode)\(options)"
    }

    private var registrationWord: String { automaticRegistration ? "automatic" : "manual" }
}

extension Bool {
    fileprivate var onOff: String { self ? "on" : "off" }
}
