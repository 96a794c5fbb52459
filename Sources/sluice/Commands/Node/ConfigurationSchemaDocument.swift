import Foundation
import Node

/// The configuration file's schema (JSON Schema 2020-12), which editors check and complete the file by.
struct ConfigurationSchemaDocument {
    private var root = Section()

    init(_ settings: [OutlinedSetting]) {
        for setting in settings { root.add(setting, steps: setting.steps[...]) }
    }

    /// The document.
    var json: JSONValue {
        guard case .object(var members) = root.json else { return root.json }
        members["$schema"] = .text("https://json-schema.org/draft/2020-12/schema")
        members["title"] = .text("Sluice's configuration file")
        return .object(members)
    }
}

/// A mapping of the file: what may stand in it.
private struct Section {
    private var settings: [String: OutlinedSetting] = [:]
    private var sections: [String: Section] = [:]
    /// The sections that stand in lists.
    private var lists: Set<String> = []

    mutating func add(_ setting: OutlinedSetting, steps: ArraySlice<OutlinedSetting.Step>) {
        guard case .key(let key)? = steps.first else { return }
        var rest = steps.dropFirst()
        guard !rest.isEmpty else {
            settings[key] = setting
            return
        }
        if rest.first == .entries {
            lists.insert(key)
            rest = rest.dropFirst()
        }
        sections[key, default: Section()].add(setting, steps: rest)
    }

    var json: JSONValue {
        var properties = settings.mapValues(\.json)
        for (key, section) in sections {
            properties[key] =
                lists.contains(key) ? .object(["type": .text("array"), "items": section.json]) : section.json
        }
        var members: [String: JSONValue] = [
            "type": .text("object"), "additionalProperties": .boolean(false), "properties": .object(properties),
        ]
        let required = settings.filter(\.value.isRequired).keys.sorted()
        if !required.isEmpty { members["required"] = .list(required.map { .text($0) }) }
        return .object(members)
    }
}

extension OutlinedSetting {
    fileprivate var json: JSONValue {
        isList ? .object(["type": .text("array"), "items": value]) : value
    }

    private var value: JSONValue {
        var members: [String: JSONValue] = ["description": .text(needed)]
        switch shape {
        // YAML reads 1.2 as a number and 10 as one too; the file's reader takes both for text.
        case .text: members["type"] = .list([.text("string"), .text("number")])
        case .boolean: members["type"] = .text("boolean")
        case .integer: members["type"] = .text("integer")
        case .word(let words): members["enum"] = .list(words.map { .text($0) })
        }
        if let fallback { members["default"] = fallbackValue(fallback) }
        return .object(members)
    }

    private func fallbackValue(_ text: String) -> JSONValue {
        switch shape {
        case .boolean: .boolean(text == "true")
        case .integer: Int64(text).map { .integer($0) } ?? .text(text)
        case .text, .word: .text(text)
        }
    }
}
