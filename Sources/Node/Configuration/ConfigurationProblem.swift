/// A place in a configuration file, counted from 1, columns in Unicode scalars.
package struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was named.
    package let file: String
    /// The line, from 1.
    package let line: Int
    /// The column, from 1.
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `sluice.yaml:3:7`, the form that editors jump to.
    package var description: String { "\(file):\(line):\(column)" }
}

/// Where a setting's value came from.
package enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    /// Nobody gave it; this is what Sluice does by itself.
    case builtIn
    /// The configuration file, at this place.
    case file(SourcePosition)
    /// The environment variable of this name.
    case environment(variable: String)

    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let position): position.description
        case .environment(let variable): "$\(variable)"
        }
    }
}

/// One thing that is wrong in a configuration: where it stands, which setting it is, what was found and what was needed.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// Where to look; `.builtIn` only for a setting that is nowhere given.
    package let origin: SettingOrigin
    /// The setting's path, such as `accessPoints[0].mode`; empty when the file as a whole is meant.
    package let setting: String
    /// What is wrong.
    package let fact: Fact

    /// What was found, with the values compared.
    package enum Fact: Hashable, Sendable {
        /// The file could not be read.
        case unreadable(reason: String)
        /// The file is larger than a configuration can be.
        case tooLarge(bytes: Int, limit: Int)
        /// The file is not UTF-8 text from this byte on.
        case notUTF8(offset: Int)
        /// The file is not YAML; the words are the YAML reader's.
        case notYAML(reason: String)
        /// The same key stands twice in one mapping; the place is the first one's.
        case duplicateKey(String)
        /// A key that Sluice does not have.
        case unknownKey(String, nearest: String?)
        /// An environment variable that names no setting.
        case unknownVariable(nearest: String?)
        /// A list or mapping was given for a single value, or the other way round.
        case wrongKind(found: String, needed: String)
        /// A value that cannot be read as what is needed, or is out of its range.
        case wrongValue(found: String, needed: String)
        /// Nothing was given for a setting that has no default.
        case missing(needed: String)
        /// Two entries of a list carry one name.
        case duplicateName(String, first: SourcePosition)
        /// Two listeners would bind the same address.
        case listenerConflict(String, first: SourcePosition, accessPoint: String)
        /// A file that the setting names, and that cannot be read.
        case unreadableFile(String, reason: String)
        /// Two settings that cannot both hold.
        case contradiction(found: String, needed: String)
    }

    package init(origin: SettingOrigin, setting: String, fact: Fact) {
        self.origin = origin
        self.setting = setting
        self.fact = fact
    }

    /// One line: place, setting, what was found, what is needed.
    package var description: String {
        let place =
            switch origin {
            case .builtIn: ""
            case .file, .environment: "\(origin): "
            }
        return place + (setting.isEmpty ? "" : "\(setting): ") + fact.sentence
    }
}

extension ConfigurationProblem.Fact {
    fileprivate var sentence: String {
        switch self {
        case .unreadable(let reason):
            "cannot be read: \(reason)"
        case .tooLarge(let bytes, let limit):
            "is \(bytes) bytes long; a configuration file has at most \(limit)"
        case .notUTF8(let offset):
            "is not UTF-8 text at byte \(offset); save the file as UTF-8"
        case .notYAML(let reason):
            "is not YAML: \(reason)"
        case .duplicateKey(let key):
            "the key \"\(key)\" is given twice in this mapping (first here); keep one"
        case .unknownKey(let key, let nearest):
            "unknown key \"\(key)\""
                + (nearest.map { "; did you mean \"\($0)\"?" } ?? "; Sluice has no such setting here")
        case .unknownVariable(let nearest):
            "names no setting" + (nearest.map { "; did you mean \($0)?" } ?? "; remove it, or see sluice config show")
        case .wrongKind(let found, let needed), .wrongValue(let found, let needed):
            "found \(found), needed \(needed)"
        case .missing(let needed):
            "nothing is given, needed \(needed)"
        case .duplicateName(let name, let first):
            "the name \"\(name)\" is taken by the entry at \(first); give each its own"
        case .listenerConflict(let address, let first, let accessPoint):
            "\(address) is already the address of a listener of \"\(accessPoint)\" at \(first); "
                + "give each listener its own address or port"
        case .unreadableFile(let file, let reason):
            "\(file) cannot be read: \(reason); put it there, or name another file"
        case .contradiction(let found, let needed):
            "\(found); \(needed)"
        }
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Never empty.
    package let problems: [ConfigurationProblem]

    package init(problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    /// One problem a line.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
