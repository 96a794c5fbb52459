import Credentials
package import MQTTBroker

/// The ACL file that `backend.builtin.aclFile` names, as it was last read.
package struct AccessRulesFile: Sendable {
    /// Where it is.
    package let path: String
    /// What is in it.
    package let file: ACLFile
    private let bytes: [UInt8]

    /// Reads and checks a file that somebody named. Blocks.
    ///
    /// - Throws: a ``ConfigurationError`` with every problem of the file and its place in there.
    package init(path: String, named origin: SettingOrigin = .builtIn) throws(ConfigurationError) {
        self.path = path
        do {
            bytes = try MaterialFile.bytes(path, limit: ACLFile.maximumBytes)
        } catch {
            let fact = ConfigurationProblem.Fact.unreadableFile(path, reason: "\(error)")
            throw ConfigurationError(problems: [
                ConfigurationProblem(origin: origin, setting: Self.setting, fact: fact)
            ])
        }
        do {
            file = try ACLFile(bytes)
        } catch {
            throw ConfigurationError(
                problems: error.problems.map { problem in
                    ConfigurationProblem(
                        origin: .file(SourcePosition(file: path, line: problem.line, column: problem.column)),
                        setting: "",
                        fact: .wrongValue(found: problem.found, needed: problem.needed)
                    )
                }
            )
        }
    }

    /// The setting that names the file.
    static let setting = "backend.builtin.aclFile"

    /// What is odd in it, one line each, with file and line.
    package var warnings: [String] { file.warnings.map { "\(path):\($0.line): \($0)" } }

    /// Whether both have the same text.
    func isSame(as other: AccessRulesFile?) -> Bool { other?.path == path && other?.bytes == bytes }

    /// A line of the file, without blanks around it.
    func text(ofLine line: Int) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return "" }
        let isBlank: (UInt8) -> Bool = { $0 <= UInt8(ascii: " ") }
        let text = lines[line - 1].drop(while: isBlank)
        return String(
            decoding: text[..<(text.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? text.startIndex)],
            as: UTF8.self
        )
    }
}

extension Configuration {
    /// Reads the ACL file; nil when the configuration names none. Blocks.
    ///
    /// - Throws: a ``ConfigurationError`` with every problem of the file.
    package func accessRules() throws(ConfigurationError) -> AccessRulesFile? {
        guard let aclFile else { return nil }
        let origin = settings.first { $0.path == AccessRulesFile.setting }?.origin ?? .builtIn
        return try AccessRulesFile(path: aclFile, named: origin)
    }
}
