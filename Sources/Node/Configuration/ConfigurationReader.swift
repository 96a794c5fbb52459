import Yams

/// What a reading of a configuration has found so far: the settings with their origins, and all problems.
final class ConfigurationReading {
    let file: String
    fileprivate(set) var problems: [ConfigurationProblem] = []
    fileprivate(set) var settings: [ResolvedSetting] = []
    fileprivate var environment: EnvironmentOverrides
    fileprivate var knownVariables: [String] = []
    /// Whether every key is asked for once, to learn what there is; the file and its values do not matter then.
    fileprivate let isOutlining: Bool
    /// The settings that were asked for while outlining.
    fileprivate(set) var outline: [OutlinedSetting] = []

    init(file: String, environment: [String: String], isOutlining: Bool = false) {
        self.file = file
        self.environment = EnvironmentOverrides(environment)
        self.isOutlining = isOutlining
    }

    fileprivate func note<Value>(
        _ setting: SettingPath,
        _ kind: ScalarKind<Value>,
        isRequired: Bool = false,
        isList: Bool = false,
        fallback: String? = nil
    ) {
        guard isOutlining else { return }
        outline.append(
            OutlinedSetting(setting, kind, isRequired: isRequired, isList: isList, fallback: fallback)
        )
    }

    /// The reader of the whole file; `node` is nil for an empty one.
    func root(_ node: Yams.Node?) -> SectionReader {
        SectionReader(reading: self, path: .root, node: node)
    }

    /// Complains about variables that look like settings but named none. Call last.
    func reportUnusedVariables() {
        for name in environment.unused {
            problems.append(
                ConfigurationProblem(
                    origin: .environment(variable: name),
                    setting: "",
                    fact: .unknownVariable(nearest: NearestName.of(name, among: knownVariables))
                )
            )
        }
    }

    func report(_ fact: ConfigurationProblem.Fact, at origin: SettingOrigin, setting: SettingPath) {
        problems.append(ConfigurationProblem(origin: origin, setting: setting.description, fact: fact))
    }

    fileprivate func position(_ node: Yams.Node?) -> SourcePosition? {
        node?.mark.map { SourcePosition(file: file, line: $0.line, column: $0.column) }
    }
}

/// Reads one mapping of the file, key by key; what was not asked for by the end is unknown.
///
/// Every method answers a usable value also after a problem, so that one reading finds all problems; the caller looks at
/// `ConfigurationReading.problems` before it believes a value.
final class SectionReader {
    let reading: ConfigurationReading
    let path: SettingPath
    /// Where the section stands in the file; nil when the file does not have it.
    let position: SourcePosition?

    private let entries: [(key: String, keyNode: Yams.Node, value: Yams.Node)]
    private var known: [String] = []

    fileprivate init(reading: ConfigurationReading, path: SettingPath, node: Yams.Node?) {
        self.reading = reading
        self.path = path
        position = reading.position(node)
        entries = Self.entries(of: node, at: path, reading)
    }

    /// The setting's value: the environment's, else the file's, else `fallback`.
    func value<Value>(_ key: String, _ kind: ScalarKind<Value>, default fallback: Value) -> Value {
        reading.note(path.key(key), kind, fallback: kind.render(fallback))
        switch given(key, kind) {
        case .value(let value): return value
        case .unusable: return fallback
        case .absent:
            let setting = path.key(key)
            reading.settings.append(ResolvedSetting(at: setting, value: kind.render(fallback), origin: .builtIn))
            return fallback
        }
    }

    /// The setting's value, or nil when nobody gave it.
    func optional<Value>(_ key: String, _ kind: ScalarKind<Value>) -> Value? {
        reading.note(path.key(key), kind)
        return if case .value(let value) = given(key, kind) { value } else { nil }
    }

    /// The setting's value; nil after a problem, of which not being given is one.
    func required<Value>(_ key: String, _ kind: ScalarKind<Value>) -> Value? {
        reading.note(path.key(key), kind, isRequired: true)
        switch given(key, kind) {
        case .value(let value): return value
        case .unusable: return nil
        case .absent:
            let origin = position.map(SettingOrigin.file) ?? .builtIn
            reading.report(.missing(needed: kind.needed), at: origin, setting: path.key(key))
            return nil
        }
    }

    /// A list of scalars; entries that do not fit are left out, with a problem each. Absent: empty.
    func list<Value>(_ key: String, _ kind: ScalarKind<Value>) -> [Value] {
        let setting = path.key(key)
        reading.note(setting, kind, isList: true)
        return elements(key, of: "a list, each entry \(kind.needed)").enumerated().compactMap { index, node in
            scalar(node, kind, at: setting.index(index))
        }
    }

    /// A section of the file; when it is absent, `read` sees an empty one.
    func section<Result>(_ key: String, _ read: (SectionReader) -> Result) -> Result {
        let reader = SectionReader(reading: reading, path: path.key(key), node: node(key))
        defer { reader.reportUnknownKeys() }
        return read(reader)
    }

    /// A section of the file, or nil when neither the file nor the environment has anything of it.
    func optionalSection<Result>(_ key: String, _ read: (SectionReader) -> Result) -> Result? {
        guard reading.isOutlining || node(key) != nil || reading.environment.mentions(below: path.key(key)) else {
            return nil
        }
        return section(key, read)
    }

    /// A list of sections. Absent: empty.
    func sections<Result>(_ key: String, _ read: (SectionReader) -> Result) -> [Result] {
        let setting = path.key(key)
        guard !reading.isOutlining else {
            return [read(SectionReader(reading: reading, path: setting.index(0), node: nil))]
        }
        return elements(key, of: "a list").enumerated().map { index, node in
            let reader = SectionReader(reading: reading, path: setting.index(index), node: node)
            defer { reader.reportUnknownKeys() }
            return read(reader)
        }
    }

    /// Where the key's value comes from; `.builtIn` when nobody gives it.
    func origin(of key: String) -> SettingOrigin {
        if let variable = reading.environment.take(path.key(key)) { return .environment(variable: variable.name) }
        return reading.position(node(key)).map(SettingOrigin.file) ?? .builtIn
    }

    /// Reports a problem with the value of `key`.
    func report(_ fact: ConfigurationProblem.Fact, at key: String) {
        let origin = origin(of: key)
        let place = origin == .builtIn ? position.map(SettingOrigin.file) ?? .builtIn : origin
        reading.report(fact, at: place, setting: path.key(key))
    }

    /// Complains about every key that nobody asked for.
    func reportUnknownKeys() {
        for entry in entries where !known.contains(entry.key) {
            let place = reading.position(entry.keyNode).map(SettingOrigin.file) ?? .builtIn
            let nearest = NearestName.of(entry.key, among: known)
            reading.report(.unknownKey(entry.key, nearest: nearest), at: place, setting: path)
        }
    }

    private enum Given<Value> {
        case absent
        case unusable
        case value(Value)
    }

    private func given<Value>(_ key: String, _ kind: ScalarKind<Value>) -> Given<Value> {
        let setting = path.key(key)
        reading.knownVariables.append(setting.variable)
        let node = node(key)
        if let variable = reading.environment.take(setting) {
            let origin = SettingOrigin.environment(variable: variable.name)
            return parse(variable.value, kind, from: origin, at: setting).map { .value($0) } ?? .unusable
        }
        guard let node else { return .absent }
        return scalar(node, kind, at: setting).map { .value($0) } ?? .unusable
    }

    private func scalar<Value>(_ node: Yams.Node, _ kind: ScalarKind<Value>, at setting: SettingPath) -> Value? {
        let origin = reading.position(node).map(SettingOrigin.file) ?? .builtIn
        guard case .scalar(let scalar) = node, !node.isNothing else {
            reading.report(.wrongKind(found: node.kindName, needed: kind.needed), at: origin, setting: setting)
            return nil
        }
        return parse(scalar.string, kind, from: origin, at: setting)
    }

    private func parse<Value>(
        _ text: String,
        _ kind: ScalarKind<Value>,
        from origin: SettingOrigin,
        at setting: SettingPath
    ) -> Value? {
        guard let value = kind.parse(text) else {
            reading.report(.wrongValue(found: shown(text), needed: kind.needed), at: origin, setting: setting)
            return nil
        }
        reading.settings.append(ResolvedSetting(at: setting, value: kind.render(value), origin: origin))
        return value
    }

    private func node(_ key: String) -> Yams.Node? {
        if !known.contains(key) { known.append(key) }
        return entries.first { $0.key == key }?.value
    }

    private func elements(_ key: String, of needed: String) -> [Yams.Node] {
        guard let node = node(key) else { return [] }
        guard case .sequence(let sequence) = node else {
            let origin = reading.position(node).map(SettingOrigin.file) ?? .builtIn
            reading.report(.wrongKind(found: node.kindName, needed: needed), at: origin, setting: path.key(key))
            return []
        }
        return Array(sequence)
    }

    private static func entries(
        of node: Yams.Node?,
        at path: SettingPath,
        _ reading: ConfigurationReading
    ) -> [(key: String, keyNode: Yams.Node, value: Yams.Node)] {
        guard let node, !node.isNothing else { return [] }
        guard case .mapping(let mapping) = node else {
            let origin = reading.position(node).map(SettingOrigin.file) ?? .builtIn
            reading.report(
                .wrongKind(found: node.kindName, needed: "a section (key: value)"),
                at: origin,
                setting: path
            )
            return []
        }
        return mapping.map { key, value in
            (key.scalar?.string ?? key.kindName, key, value)
        }
    }

    /// The value as an error shows it: quoted, and cut when it is long.
    private func shown(_ text: String) -> String {
        let longest = 80
        return text.count > longest ? "\"\(text.prefix(longest))…\"" : "\"\(text)\""
    }
}

extension Yams.Node {
    /// `key:` with nothing after it, or null.
    fileprivate var isNothing: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    fileprivate var kindName: String {
        switch self {
        case .scalar(let scalar): isNothing ? "nothing" : "\"\(scalar.string.prefix(80))\""
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
