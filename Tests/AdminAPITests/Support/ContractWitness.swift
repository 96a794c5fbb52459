import Foundation
import Hummingbird
import NIOCore

@testable import AdminAPI

/// Compares answers with the OpenAPI document, as a client that was made from it would, and looks for secrets in them.
struct ContractWitness: Sendable {
    private let table: RouteTable
    private let document: Data

    init(_ table: RouteTable) throws {
        self.table = table
        document = Data(try OpenAPIDocument(routes: table.routes).text().readableBytesView)
    }

    /// What is not as it should be.
    func findings(_ method: String, _ path: String, _ answer: TestAnswer) -> [String] {
        guard answer.status != 0 else { return [] }
        return secrets(path, answer) + contract(method, path, answer)
    }

    // MARK: secrets

    /// What never stands in an answer; a token's secret does once, when it is made.
    private func secrets(_ path: String, _ answer: TestAnswer) -> [String] {
        var forbidden = ["PRIVATE KEY", "hunter2", "passwordHash"]
        if path.split(separator: "?").first != "/api/v1/tokens" || answer.status != 201 { forbidden.append("sluice_") }
        // Metrics are called so, too.
        if path.hasPrefix("/metrics") { forbidden.removeAll { $0 == "sluice_" } }
        let hashes = answer.text.contains(/\$7\$[0-9]/) ? ["tells a password's hash"] : []
        return hashes + forbidden.filter(answer.text.contains).map { "tells a secret: \($0)" }
    }

    // MARK: contract

    private func contract(_ method: String, _ path: String, _ answer: TestAnswer) -> [String] {
        guard path.hasPrefix(RouteTable.base), let root = try? JSONSerialization.jsonObject(with: document),
            let root = root as? [String: Any]
        else { return [] }
        let check = SchemaCheck(root: root)
        guard let operation = operation(method, path, root) else {
            guard answer.status >= 400 else { return ["answers \(answer.status) and is not in the document"] }
            return check.findings(in: answer.json.value, against: ["$ref": "#/components/schemas/Problem"])
        }
        let responses = operation["responses"] as? [String: Any] ?? [:]
        guard let response = responses[String(answer.status)] as? [String: Any] else {
            return ["answers \(answer.status), which the document does not name: \(answer.text.prefix(200))"]
        }
        let content = check.resolved(response)["content"] as? [String: Any] ?? [:]
        guard let type = answer.type, let media = content[type] as? [String: Any] else {
            return ["is of type \(answer.type ?? "-"), documented are \(content.keys.sorted())"]
        }
        guard type.hasSuffix("json"), method != "HEAD", let schema = media["schema"] as? [String: Any] else {
            return []
        }
        return check.findings(in: answer.json.value, against: schema)
    }

    private func operation(_ method: String, _ path: String, _ root: [String: Any]) -> [String: Any]? {
        guard let target = try? RequestTarget(path),
            let route = try? table.route(.init(rawValue: method) ?? .get, target).route
        else { return nil }
        let paths = root["paths"] as? [String: Any] ?? [:]
        let item = paths[route.pattern.description] as? [String: Any] ?? [:]
        return item[route.method.rawValue.lowercased()] as? [String: Any]
    }
}

/// JSON Schema 2020-12, as much of it as the document uses. A member that no schema names is a finding, too.
struct SchemaCheck {
    let root: [String: Any]

    func findings(in value: Any?, against schema: [String: Any], at place: String = "$") -> [String] {
        let schema = resolved(schema)
        if let choices = schema["anyOf"] as? [[String: Any]] {
            let all = choices.map { findings(in: value, against: $0, at: place) }
            return all.contains([]) ? [] : all.min { $0.count < $1.count } ?? []
        }
        switch schema["type"] as? String {
        case "object": return object(value, schema, place)
        case "array":
            guard let list = value as? [Any] else { return ["\(place) is no array"] }
            let items = schema["items"] as? [String: Any] ?? [:]
            return list.enumerated().flatMap { findings(in: $1, against: items, at: "\(place)[\($0)]") }
        case "string": return text(value, schema, place)
        case "integer": return number(value, schema, place)
        case "boolean":
            let isFlag = (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
            return isFlag ? [] : ["\(place) is no boolean"]
        case "null": return value is NSNull ? [] : ["\(place) is not null"]
        case let type: return ["\(place): the schema's type is \(type ?? "missing")"]
        }
    }

    func resolved(_ schema: [String: Any]) -> [String: Any] {
        guard let reference = schema["$ref"] as? String else { return schema }
        var found: Any? = root
        for name in reference.dropFirst(2).split(separator: "/") { found = (found as? [String: Any])?[String(name)] }
        return found as? [String: Any] ?? [:]
    }

    private func object(_ value: Any?, _ schema: [String: Any], _ place: String) -> [String] {
        guard let object = value as? [String: Any] else { return ["\(place) is no object"] }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        let missing = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }
        let others = schema["additionalProperties"] as? [String: Any]
        // The document itself is not described to its end.
        let isOpen = others != nil || place == "$" && object["openapi"] != nil || properties.isEmpty
        return missing.map { "\(place).\($0) is missing" }
            + object.flatMap { name, member in
                guard let property = properties[name] ?? others else {
                    return isOpen ? [] : ["\(place).\(name) is not in the document"]
                }
                return findings(in: member, against: property, at: "\(place).\(name)")
            }
    }

    private func text(_ value: Any?, _ schema: [String: Any], _ place: String) -> [String] {
        guard let text = value as? String else { return ["\(place) is no string"] }
        if let allowed = schema["enum"] as? [String], !allowed.contains(text) {
            return ["\(place) is \"\(text)\", which is not among the documented words"]
        }
        if let pattern = schema["pattern"] as? String, text.range(of: pattern, options: .regularExpression) == nil {
            return ["\(place) is \"\(text)\" and does not match \(pattern)"]
        }
        if schema["format"] as? String == "date-time", Timestamp.date(text) == nil {
            return ["\(place) is \"\(text)\" and no moment"]
        }
        let (least, most) = (schema["minLength"] as? Int ?? 0, schema["maxLength"] as? Int ?? .max)
        return (least...most).contains(text.count) ? [] : ["\(place) has \(text.count) characters"]
    }

    private func number(_ value: Any?, _ schema: [String: Any], _ place: String) -> [String] {
        guard let number = value as? NSNumber, number.doubleValue == number.doubleValue.rounded() else {
            return ["\(place) is no integer"]
        }
        let (least, most) = (schema["minimum"] as? Int ?? .min, schema["maximum"] as? Int ?? .max)
        return (least...most).contains(number.intValue) ? [] : ["\(place) is \(number)"]
    }
}
