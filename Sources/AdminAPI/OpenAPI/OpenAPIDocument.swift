import Foundation
import Hummingbird
import NIOCore
import Registry

/// The OpenAPI 3.1 document of the API, made from the route table, so that it cannot tell of anything else.
///
/// What it comes to is committed beside this file as `openapi.json`; a test compares.
struct OpenAPIDocument {
    let routes: [Route]

    /// The document as JSON text, its members in alphabetical order.
    func text() throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        var buffer = ByteBuffer()
        buffer.writeBytes(try encoder.encode(json))
        buffer.writeString("\n")
        return buffer
    }

    var json: JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Sluice admin API",
                "version": "1",
                "summary": "Server certificates, CAs, client certificates, users and settings of a Sluice cluster.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
                "description": .text(Self.description),
            ],
            "servers": [["url": "/"]],
            "security": [["token": .list([])], .object([:])],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "token": [
                        "type": "http",
                        "scheme": "bearer",
                        "description":
                            "A token of `sluice tokens create`. On the Unix socket the peer's user id counts.",
                    ]
                ],
                "schemas": .object(Schemas.all.mapValues(\.json)),
                "responses": .object(Self.responses),
                "parameters": ["If-Match": Self.ifMatch],
            ],
        ]
    }

    private static let description = """
        Lists come in pages: `limit` items (20, at most 100), and `nextCursor` to give as `cursor`. Changes take \
        `dryRun=true`, which tells what would be done, and `If-Match` with an `ETag` that was read. Errors are problem \
        details (RFC 9457) whose `type` never changes its meaning. A query parameter or a member of a request that is \
        not listed here is refused. Roles: `viewer` reads, `operator` changes, `admin` does the rest; each operation \
        names the least one that may in `x-role`.
        """

    private var paths: [String: JSONValue] {
        Dictionary(grouping: routes, by: \.pattern.description).mapValues { routes in
            var item: [String: JSONValue] = [:]
            for route in routes { item[route.method.rawValue.lowercased()] = operation(route) }
            return .object(item)
        }
    }

    private func operation(_ route: Route) -> JSONValue {
        var operation: [String: JSONValue] = [
            "operationId": .text(route.operationID),
            "summary": .text(route.summary),
            "tags": [.text(route.tag)],
            "x-role": .text(route.role.rawValue),
            "responses": .object(responses(of: route)),
        ]
        let parameters =
            route.pattern.parameters.map(pathParameter) + route.query.map(queryParameter)
            + (route.isConditional ? [["$ref": "#/components/parameters/If-Match"]] : [])
            + (route.answer.mediaTypes == [MediaType.events] ? [Self.lastEventID] : [])
        if !parameters.isEmpty { operation["parameters"] = .list(parameters) }
        if let body = body(of: route) { operation["requestBody"] = body }
        return .object(operation)
    }

    private func pathParameter(_ name: String) -> JSONValue {
        let words = Schemas.pathParameters[name] ?? ""
        return ["name": .text(name), "in": "path", "required": true, "schema": Schema.text(words, atLeast: 1).json]
    }

    private func queryParameter(_ parameter: QueryParameter) -> JSONValue {
        var json: [String: JSONValue] = [
            "name": .text(parameter.name), "in": "query", "schema": parameter.schema.json,
        ]
        if parameter.isRequired { json["required"] = true }
        if parameter.isList {
            json["style"] = "form"
            json["explode"] = false
        }
        return .object(json)
    }

    private func body(of route: Route) -> JSONValue? {
        switch route.body {
        case .none: nil
        case .json(let schema):
            ["required": true, "content": ["application/json": ["schema": Schema.ref(schema).json]]]
        case .file(let types):
            [
                "required": true,
                "content": .object(
                    Dictionary(
                        types.map { ($0, ["schema": ["type": "string"]]) },
                        uniquingKeysWith: { first, _ in first }
                    )
                ),
            ]
        }
    }
}

extension OpenAPIDocument {
    private func responses(of route: Route) -> [String: JSONValue] {
        var responses: [String: JSONValue] = [:]
        switch route.answer {
        case .json(let schema, let status):
            responses[String(status.code)] = answer(route, ["application/json": Schema.ref(schema).json])
        case .change(let schema, let done):
            responses[String(done.code)] = answer(route, ["application/json": Schema.ref(schema).json])
            responses["200"] = answer(route, ["application/json": Schema.ref(schema).json])
        case .page(let schema):
            responses["200"] = answer(route, ["application/json": Schemas.page(of: schema).json])
        case .text(let types):
            let content = types.map { ($0, JSONValue.object(["type": "string"])) }
            responses["200"] = answer(route, Dictionary(content, uniquingKeysWith: { first, _ in first }))
        }
        for status in route.problemStatuses { responses[String(status)] = ["$ref": "#/components/responses/\(status)"] }
        return responses
    }

    private func answer(_ route: Route, _ content: [String: JSONValue]) -> JSONValue {
        [
            "description": .text(route.summary),
            "content": .object(content.mapValues { ["schema": $0] }),
        ]
    }

    private static var responses: [String: JSONValue] {
        Dictionary(
            uniqueKeysWithValues: ProblemStatus.allCases.map { status in
                var response: [String: JSONValue] = [
                    "description": .text(status.words),
                    "content": [Problem.mediaType: ["schema": Schema.ref("Problem").json]],
                ]
                if let header = status.header {
                    response["headers"] = .object([header: ["schema": ["type": "string"]]])
                }
                return (String(status.rawValue), .object(response))
            }
        )
    }

    private static let ifMatch: JSONValue = [
        "name": "If-Match", "in": "header",
        "description": "Change it only while it is in the state that this ETag was read with.",
        "schema": ["type": "string"],
    ]

    private static let lastEventID: JSONValue = [
        "name": "Last-Event-ID", "in": "header",
        "description": "Begin after this event, as far as it is still remembered.",
        "schema": ["type": "string", "pattern": "^[0-9]{1,19}$"],
    ]
}
