/// One setting of a configuration with the value in force and where it came from.
package struct ResolvedSetting: Hashable, Sendable {
    let place: SettingPath
    /// The value as the file would have it.
    package let value: String
    /// Who gave the value.
    package let origin: SettingOrigin

    init(at place: SettingPath, value: String, origin: SettingOrigin) {
        self.place = place
        self.value = value
        self.origin = origin
    }

    /// The setting's path, such as `accessPoints[0].mode`.
    package var path: String { place.description }
}

extension [ResolvedSetting] {
    /// The settings as a configuration file that gives the same configuration; with `origins`, each line says in a
    /// comment where its value came from.
    package func yaml(origins: Bool) -> String {
        var lines: [(text: String, origin: SettingOrigin?)] = []
        var open: [SettingPath.Step] = []
        for setting in self {
            let steps = setting.place.steps
            var depth = zip(open, steps).prefix { $0 == $1 }.count
            depth = Swift.min(depth, steps.count - 1)
            var pendingDash = ""
            for level in depth..<steps.count {
                let indent = String(repeating: "  ", count: level)
                let isLast = level == steps.count - 1
                switch steps[level] {
                case .index where isLast:
                    lines.append(("\(indent)- \(Self.quoted(setting.value))", setting.origin))
                case .index:
                    pendingDash = "\(indent)- "
                case .key(let key):
                    let start = pendingDash.isEmpty ? indent : pendingDash
                    pendingDash = ""
                    let value = isLast ? " " + Self.quoted(setting.value) : ""
                    lines.append(("\(start)\(key):\(value)", isLast ? setting.origin : nil))
                }
            }
            open = steps
        }
        let column = origins ? lines.map { $0.text.count }.max() ?? 0 : 0
        return lines.map { line in
            guard origins, let origin = line.origin else { return line.text + "\n" }
            let padding = String(repeating: " ", count: column - line.text.count + 2)
            return "\(line.text)\(padding)# \(origin)\n"
        }.joined()
    }

    /// The value as YAML that reads back as the same text.
    private static func quoted(_ value: String) -> String {
        let isPlain =
            value.first.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "/") } == true
            && value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
            && value.contains { $0.isLetter || $0 == "/" || !value.contains(".") }
        if isPlain && !["null", "Null", "NULL"].contains(value) { return value }
        let escaped = value.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case _ where scalar.value < 0x20: text += "\\x" + String(scalar.value + 0x100, radix: 16).suffix(2)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return "\"\(escaped)\""
    }
}
