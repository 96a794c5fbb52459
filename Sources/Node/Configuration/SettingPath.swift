/// The way to a setting: keys, and positions in lists.
struct SettingPath: Hashable, CustomStringConvertible {
    enum Step: Hashable {
        case key(String)
        case index(Int)
    }

    let steps: [Step]

    static let root = SettingPath(steps: [])

    func key(_ key: String) -> SettingPath { SettingPath(steps: steps + [.key(key)]) }

    func index(_ index: Int) -> SettingPath { SettingPath(steps: steps + [.index(index)]) }

    /// `accessPoints[0].listeners[1].address`
    var description: String {
        steps.reduce(into: "") { text, step in
            switch step {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
    }

    /// The environment variable that overrides this setting: `SLUICE_ACCESS_POINTS__0__HOSTNAME`.
    var variable: String {
        "SLUICE_" + steps.map(\.variableName).joined(separator: "__")
    }
}

extension SettingPath.Step {
    /// The step's part of an environment variable: `maxPacketSize` is `MAX_PACKET_SIZE`.
    fileprivate var variableName: String {
        switch self {
        case .index(let index):
            return String(index)
        case .key(let key):
            var name = ""
            var previousIsLower = false
            for letter in key {
                if letter.isUppercase, previousIsLower { name += "_" }
                name += letter.uppercased()
                previousIsLower = letter.isLowercase
            }
            return name
        }
    }
}
