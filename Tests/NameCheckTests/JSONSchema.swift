import Foundation

/// A validator for the part of JSON Schema that the shipped schemas use.
///
/// Knows type, required, properties, items, enum, const, pattern, minimum, minLength, anyOf and `#/$defs/…`; any other
/// keyword is itself a violation, so that nothing in a schema goes unchecked.
struct JSONSchema {
    private let root: [String: Any]
    private static let annotations: Set<String> = ["$schema", "$id", "$defs", "title", "description"]

    init(data: Data) throws {
        root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    /// Every place where `data` does not obey, with the reason.
    func violations(in data: Data) throws -> [String] {
        check(try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed), root, at: "$")
    }

    private func check(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
        schema.keys.sorted().flatMap { keyword -> [String] in
            guard !Self.annotations.contains(keyword), let rule = schema[keyword] else { return [] }
            return check(value, keyword, rule, at: path)
        }
    }

    private func check(_ value: Any, _ keyword: String, _ rule: Any, at path: String) -> [String] {
        switch (keyword, rule) {
        case ("$ref", let reference as String):
            let name = reference.replacingOccurrences(of: "#/$defs/", with: "")
            let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any]
            return target.map { check(value, $0, at: path) } ?? ["\(path): no schema \(reference)"]
        case ("type", let name as String):
            return hasType(value, name) ? [] : ["\(path): needed \(name)"]
        case ("type", let names as [String]):
            return names.contains { hasType(value, $0) } ? [] : ["\(path): needed one of \(names)"]
        case ("required", let names as [String]):
            let object = value as? [String: Any] ?? [:]
            return names.filter { object[$0] == nil }.map { "\(path): \($0) is missing" }
        case ("properties", let rules as [String: [String: Any]]):
            let object = value as? [String: Any] ?? [:]
            return rules.keys.sorted().flatMap { key in
                object[key].map { check($0, rules[key] ?? [:], at: "\(path).\(key)") } ?? []
            }
        case ("items", let rule as [String: Any]):
            return (value as? [Any] ?? []).enumerated().flatMap { check($0.element, rule, at: "\(path)[\($0.offset)]") }
        case ("enum", let allowed as [Any]):
            return allowed.contains { isEqual($0, value) } ? [] : ["\(path): \(value) is not allowed"]
        case ("const", let wanted):
            return isEqual(wanted, value) ? [] : ["\(path): \(value), needed \(wanted)"]
        case ("pattern", let pattern as String):
            guard let text = value as? String else { return [] }
            return text.range(of: pattern, options: .regularExpression) == nil
                ? ["\(path): \(text), needed \(pattern)"] : []
        case ("minimum", let least as NSNumber):
            guard let number = value as? NSNumber else { return [] }
            return number.doubleValue >= least.doubleValue ? [] : ["\(path): \(number) is less than \(least)"]
        case ("minLength", let least as Int):
            guard let text = value as? String else { return [] }
            return text.count >= least ? [] : ["\(path): shorter than \(least)"]
        case ("anyOf", let rules as [[String: Any]]):
            return rules.contains { check(value, $0, at: path).isEmpty } ? [] : ["\(path): fits none of its forms"]
        default:
            return ["\(path): the keyword \(keyword) is not known to this validator"]
        }
    }

    private func hasType(_ value: Any, _ name: String) -> Bool {
        switch name {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "null": value is NSNull
        case "boolean": value is Bool
        case "integer": (value as? NSNumber).map { $0.doubleValue.rounded() == $0.doubleValue } ?? false
        default: false
        }
    }

    private func isEqual(_ left: Any, _ right: Any) -> Bool {
        (left as? NSObject)?.isEqual(right) ?? false || "\(left)" == "\(right)" && type(of: left) == type(of: right)
    }
}
