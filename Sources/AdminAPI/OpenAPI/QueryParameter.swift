import Registry

/// A parameter of a query that a route knows.
struct QueryParameter: Sendable {
    let name: String
    let schema: Schema
    /// Whether it may be given several times, or hold several values with commas between them.
    let isList: Bool
    let isRequired: Bool

    init(_ name: String, _ schema: Schema, isList: Bool = false, isRequired: Bool = false) {
        self.name = name
        self.schema = schema
        self.isList = isList
        self.isRequired = isRequired
    }

    static let dryRun = QueryParameter("dryRun", .flag("Only tell what would be done."))
    static let limit = QueryParameter(
        "limit",
        .number("Items of a page; \(PageRequest.defaultLimit) if absent.", atLeast: 1, atMost: PageRequest.largestLimit)
    )
    static let cursor = QueryParameter("cursor", .text("`nextCursor` of the page before.", atLeast: 1, atMost: 1024))
    static let paging = [limit, cursor]
}
