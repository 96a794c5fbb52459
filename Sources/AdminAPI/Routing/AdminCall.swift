import Foundation
import Hummingbird
import Registry

/// A request that has found its route and proved whose it is.
struct AdminCall: Sendable {
    let request: Request
    let target: RequestTarget
    /// The path's parameters, decoded.
    let parameters: [String: String]
    /// Who asks.
    let principal: Principal

    /// A parameter of the path. Throws when the route's pattern does not have it.
    func parameter(_ name: String) throws(Problem) -> String {
        guard let value = parameters[name] else { throw .noSuchResource(target.path) }
        return value
    }

    /// A query parameter; nil if it is not given. Given and empty is the empty text.
    func text(_ name: String) -> String? {
        target.query.first { $0.name == name }?.value
    }

    /// A query parameter that may be given several times or hold several values with commas between them.
    func texts(_ name: String) -> [String] {
        target.query.filter { $0.name == name }.flatMap { $0.value.split(separator: ",").map(String.init) }
    }

    /// A query parameter that is `true` or `false`; absent means false.
    func flag(_ name: String) throws(Problem) -> Bool {
        switch text(name) {
        case nil, "false": false
        case "true": true
        case .some(let found): throw .badParameter(name, found: found, needed: "true or false")
        }
    }

    /// Whether the change is only to be rehearsed.
    var isDryRun: Bool {
        get throws(Problem) { try flag("dryRun") }
    }

    /// A query parameter that is a whole number within a range.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let found = text(name) else { return nil }
        guard let number = Int(found), range.contains(number) else {
            throw .badParameter(name, found: found, needed: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A query parameter that is a moment in RFC 3339.
    func time(_ name: String) throws(Problem) -> Date? {
        guard let found = text(name) else { return nil }
        guard let time = Timestamp.date(found) else {
            throw .badParameter(name, found: found, needed: "a moment such as 2026-01-31T00:00:00Z")
        }
        return time
    }

    /// A query parameter that is one of a few words.
    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _: Choice.Type) throws(Problem) -> Choice?
    where Choice.RawValue == String {
        try text(name).map { found throws(Problem) in try Self.choice(name, found, Choice.self) }
    }

    /// A query parameter that is some of a few words, each once however often it is given.
    func choices<Choice: RawRepresentable & CaseIterable & Hashable>(
        _ name: String,
        _: Choice.Type
    ) throws(Problem) -> Set<Choice> where Choice.RawValue == String {
        var choices: Set<Choice> = []
        for found in texts(name) { choices.insert(try Self.choice(name, found, Choice.self)) }
        return choices
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        _ found: String,
        _: Choice.Type
    ) throws(Problem) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: found) else {
            throw .badParameter(
                name,
                found: found,
                needed: Choice.allCases.map(\.rawValue).joined(separator: " or ")
            )
        }
        return choice
    }

    /// The state in which the request wants the object to be.
    var precondition: Precondition { Precondition(request) }

    /// The id of the event that the client saw last (WHATWG HTML § 9.2.4).
    var lastEventID: String? {
        request.headers.first { $0.name.canonicalName == "last-event-id" }?.value
    }

    /// The part of a list that is asked for.
    func page() throws(Problem) -> PageRequest {
        PageRequest(
            limit: try number("limit", in: 1...PageRequest.largestLimit) ?? PageRequest.defaultLimit,
            after: try text("cursor").map { text throws(Problem) in try PageCursor.key(text) }
        )
    }

    /// Reads the body as JSON with known members, of at most so many bytes. Throws a ``Problem``.
    func body<Body: RequestMembers>(_ type: Body.Type, limit: Int = RequestBody.largest) async throws -> Body {
        try await RequestBody.decode(type, from: request, limit: limit)
    }
}

/// Moments as text, in RFC 3339.
enum Timestamp {
    /// Reads a moment with or without a fraction of a second; nil for any other text.
    static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
}
