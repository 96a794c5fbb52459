/// The bounds of a check.
package struct CheckLimits: Hashable, Sendable {
    /// Aliases followed to find the end of a chain.
    package var followedAliases = 16
    /// Aliases up to which a chain is taken as it is.
    package var shortChain = 3
    /// Aliases up to which resolvers follow; BIND 9.18 stops at 11, Zonemaster at 10.
    package var longChain = 8
    /// Time for one name, all questions together.
    package var timePerName = Duration.seconds(10)
    /// Questions to one server at the same time.
    package var questionsPerServer = 64
    /// Questions in a row that a server may leave without an answer before it is not asked any more in the run.
    package var unansweredQuestions = 64
    /// The recommended time to live of the CNAME record, in seconds.
    package static let recommendedTimeToLive: UInt32 = 600
    /// Times to live outside this range are warned about, in seconds.
    package static let usualTimeToLive: ClosedRange<UInt32> = 60...3600

    package init() {}
}
