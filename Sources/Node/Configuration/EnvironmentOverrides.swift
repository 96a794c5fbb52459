/// The `SLUICE_…__…` variables of the environment, each of which overrides one scalar setting.
///
/// `SLUICE_ADMIN__ADDRESS` is `admin.address`: two underscores go one level down, letter case and single underscores do
/// not count, a number names an entry of a list. Variables without two underscores are not settings (`SLUICE_SOCKET`,
/// `SLUICE_CONFIG`), but for `SLUICE_DATA_DIR`.
struct EnvironmentOverrides {
    private var variables: [String: (name: String, value: String)] = [:]
    private var used: Set<String> = []

    init(_ environment: [String: String]) {
        for (name, value) in environment where name.hasPrefix("SLUICE_") {
            variables[Self.folded(name)] = (name, value)
        }
    }

    /// The variable that overrides the setting at `path`, if there is one; it then counts as used.
    mutating func take(_ path: SettingPath) -> (name: String, value: String)? {
        let key = Self.folded(path.variable)
        guard let variable = variables[key] else { return nil }
        used.insert(key)
        return variable
    }

    /// Whether any variable names a setting at or below `path`.
    func mentions(below path: SettingPath) -> Bool {
        let prefix = Self.folded(path.variable) + Self.levelMark
        return variables.keys.contains { $0.hasPrefix(prefix) }
    }

    /// The variables that look like settings but overrode none.
    var unused: [String] {
        variables.filter { $0.key.contains(Self.levelMark) && !used.contains($0.key) }.map { $0.value.name }.sorted()
    }

    private static let levelMark = "/"

    /// `SLUICE_ADMISSION__MAX_CONNECTIONS` as `ADMISSION/MAXCONNECTIONS`.
    private static func folded(_ name: String) -> String {
        let levels = name.dropFirst("SLUICE_".count).uppercased().split(
            separator: "__",
            omittingEmptySubsequences: false
        )
        return levels.map { $0.filter { $0 != "_" } }.joined(separator: levelMark)
    }
}
