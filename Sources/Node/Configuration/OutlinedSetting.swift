/// One setting that the configuration file may have, whatever a file says: for the file's schema.
package struct OutlinedSetting: Hashable, Sendable {
    /// One step on the way to the setting.
    package enum Step: Hashable, Sendable {
        case key(String)
        /// Into every entry of a list.
        case entries
    }

    /// What the file has for it.
    package enum Shape: Hashable, Sendable {
        case text
        case boolean
        case integer
        /// One of these words.
        case word([String])
    }

    /// The way to the setting.
    package let steps: [Step]
    package let shape: Shape
    /// What is needed, for people: `a file path`.
    package let needed: String
    /// Whether the section cannot do without it.
    package let isRequired: Bool
    /// Whether it is a list of such values.
    package let isList: Bool
    /// What holds when it is not given, as the file would have it.
    package let fallback: String?

    init<Value>(
        _ path: SettingPath,
        _ kind: ScalarKind<Value>,
        isRequired: Bool,
        isList: Bool,
        fallback: String?
    ) {
        steps = path.steps.map { step in
            switch step {
            case .key(let key): .key(key)
            case .index: .entries
            }
        }
        shape = Self.shape(kind)
        needed = kind.needed
        self.isRequired = isRequired
        self.isList = isList
        self.fallback = fallback
    }

    private static func shape<Value>(_ kind: ScalarKind<Value>) -> Shape {
        if let words = kind.words { return .word(words) }
        return switch Value.self {
        case is Bool.Type: .boolean
        // Byte counts are read as numbers and written with a unit.
        case is Int.Type where kind.needed.hasPrefix("a whole number"): .integer
        case is Double.Type: .integer
        default: .text
        }
    }
}

extension Configuration {
    /// Every setting that the file may have, in the order in which they are read. Defaults that depend on the host or on
    /// the file's folder are those of `host` and of the folder `directory`.
    package static func outline(host: HostFacts, directory: String) -> [OutlinedSetting] {
        let reading = ConfigurationReading(file: "", environment: [:], isOutlining: true)
        _ = ConfigurationSchema(root: reading.root(nil), directory: directory, host: host).read(file: "")
        return reading.outline
    }
}
