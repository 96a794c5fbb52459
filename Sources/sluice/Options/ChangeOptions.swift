import AdminAPI
import ArgumentParser
import Foundation

/// What every verb that changes something takes.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var management: ManagementOptions

    @Flag(help: "Check and tell what would be done; change nothing.")
    var dryRun = false

    @Flag(name: [.long, .customShort("y")], help: "Do not ask for a confirmation.")
    var yes = false

    /// Makes a change and prints what it did.
    ///
    /// - Parameter asking: Whether a person is asked first, with the change's consequences before the eyes.
    func change(
        _ method: AdminRequest.Method,
        _ path: ResourcePath,
        query: ResourceQuery = [:],
        body: [String: JSONValue]? = nil,
        asking: Bool = false
    ) async throws {
        let content = try body.map { try AdminRequest.Content.json($0) }
        if asking { try await confirm(method, path, query: query, content: content) }
        let json = try await send(method, path, query: query, content: content)
        try management.printer.printChange(try Answer.decode(ChangeResource.self, from: json), json: json)
    }

    /// Sends a change, or its rehearsal with `--dry-run`, and gives the answer.
    func send(
        _ method: AdminRequest.Method,
        _ path: ResourcePath,
        query: ResourceQuery = [:],
        content: AdminRequest.Content? = nil
    ) async throws -> Data {
        var query = query
        query.add("dryRun", if: dryRun)
        return try await management.gateway.client().send(AdminRequest(method, path, query: query, content: content))
    }

    /// Rehearses the change and asks the person, unless nothing will be changed or `--yes` was given.
    private func confirm(
        _ method: AdminRequest.Method,
        _ path: ResourcePath,
        query: ResourceQuery,
        content: AdminRequest.Content?
    ) async throws {
        guard !dryRun, !yes else { return }
        var query = query
        query.add("dryRun", if: true)
        let rehearsal = try await management.gateway.client()
            .send(AdminRequest(method, path, query: query, content: content))
        let change = try Answer.decode(ChangeResource.self, from: rehearsal)
        guard change.changed else { return }
        try Confirmation.ask(
            ["This will have: \(change.summary)"] + change.warnings.map { "  note: \($0)" },
            yes: yes
        )
    }
}
