import ArgumentParser

/// How long what is replaced goes on working.
struct GraceOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long the old one works beside the new one, such as 10m or 0s.",
            discussion: "Default: 600s.",
            valueName: "duration"
        )
    )
    var grace: TimeSpan?

    /// The request's member; none when the gateway's default is meant.
    var member: [String: JSONValue] { grace.map { ["grace": .integer($0.wholeSeconds)] } ?? [:] }
}

/// How far the end of a grace period is moved.
struct GraceExtension: ParsableArguments {
    @Option(help: ArgumentHelp("How much longer than now planned, such as 1h.", valueName: "duration"))
    var by: TimeSpan?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The new end, such as 2026-07-01T12:00:00Z.", valueName: "time")
    )
    var until: PointInTime?

    func validate() throws {
        guard (by == nil) != (until == nil) else { throw ValidationError("Give --by or --until.") }
    }

    var body: [String: JSONValue] {
        if let by { return ["by": .integer(by.wholeSeconds)] }
        if let until { return ["until": .text(until.text)] }
        return [:]
    }
}
