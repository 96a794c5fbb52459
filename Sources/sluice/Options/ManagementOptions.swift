import AdminAPI
import ArgumentParser
import Foundation

/// What every verb that only looks takes.
struct ManagementOptions: ParsableArguments {
    @OptionGroup(title: "Which gateway") var gateway: GatewayOption
    @OptionGroup(title: "Output") var output: OutputOptions

    var printer: ResultPrinter { ResultPrinter(options: output) }

    /// Fetches and prints a list that is never long, all pages of it.
    func printList<Item: Listed>(_ path: ResourcePath, of type: Item.Type) async throws {
        try await ListReading(management: self, path: path, query: [:], most: nil, cursor: nil).print(type)
    }

    /// Fetches and prints one object.
    func printOne<Item: Listed>(_ path: ResourcePath, of type: Item.Type) async throws {
        let json = try await gateway.client().get(path)
        try printer.printOne(try Answer.decode(Item.self, from: json), json: json)
    }
}

/// What verbs take that list things of which there can be very many.
struct ListOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many to list at most (default: \(ListOptions.usual)).", valueName: "count"))
    var limit: Int?

    @Flag(help: "List all of them, however many there are.")
    var all = false

    @Option(help: ArgumentHelp("Go on where an earlier list ended: its nextCursor.", valueName: "cursor"))
    var cursor: String?

    @OptionGroup var management: ManagementOptions

    /// A screen or some; whoever wants more knows it.
    private static let usual = 100

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit \(limit): needed at least 1.") }
        if limit != nil, all { throw ValidationError("--limit and --all contradict each other; give one of them.") }
    }

    /// Fetches and prints the list, with `query`'s filters.
    func printList<Item: Listed>(_ path: ResourcePath, query: ResourceQuery, of type: Item.Type) async throws {
        let most = all ? nil : limit ?? Self.usual
        try await ListReading(management: management, path: path, query: query, most: most, cursor: cursor).print(type)
    }
}

/// A list on its way from the gateway, page by page.
private struct ListReading {
    let management: ManagementOptions
    let path: ResourcePath
    let query: ResourceQuery
    /// Nil: all.
    let most: Int?
    let cursor: String?

    /// The most that the API gives at once.
    private static let largestPage = 100

    func print<Item: Listed>(_ type: Item.Type) async throws {
        let client = try management.gateway.client()
        var printer = ListPrinter<Item>(options: management.output)
        var count = 0
        var next = cursor
        repeat {
            var query = query
            query.add("limit", String(min(Self.largestPage, (most ?? .max) - count)))
            query.add("cursor", next)
            let json = try await client.get(path, query: query)
            let page = try Answer.decode(Page<Item>.self, from: json)
            try printer.add(page, json: json)
            count += page.items.count
            next = page.nextCursor
        } while next != nil && count < most ?? .max
        try printer.finish(nextCursor: next)
        if let next {
            Terminal.printError("The first \(count). There are more: --all, --limit, or go on with --cursor \(next)")
        }
    }
}
