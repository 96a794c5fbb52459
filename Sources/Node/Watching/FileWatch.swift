/// When to read files that belong together: after they have changed and then stood still for one look.
///
/// A certificate and its key are two files, written one after the other: reading both at the first change would find a pair
/// that does not match. No I/O, no clock: stamps come in, decisions go out.
struct FileWatch: Sendable {
    /// What is to be done after a look.
    enum Decision: Hashable, Sendable {
        /// Nothing.
        case rest
        /// Read the files, and then tell `noteOutcome`.
        case read
        /// Say that these files, by their place, are not there; what was read of them stays in force.
        case missing([Int])
    }

    /// Looks between two readings of files that could not be used and do not change: what they wait for may be elsewhere.
    static let looksBetweenAttempts = 10

    private var seen: [FileStamp?] = []
    private var handled: [FileStamp?] = []
    private var looksSinceAttempt = 0
    private var isWaiting = false
    private var isMissingTold = false

    /// Takes the stamps of one look, always of the same files in the same order.
    mutating func look(_ stamps: [FileStamp?]) -> Decision {
        defer { seen = stamps }
        let missing = stamps.indices.filter { stamps[$0] == nil }
        guard missing.isEmpty else {
            // Gone for one look may be a swap that is under way.
            guard stamps == seen, !isMissingTold else { return .rest }
            isMissingTold = true
            return .missing(missing)
        }
        isMissingTold = false
        guard stamps == seen else { return .rest }
        if stamps != handled { return .read }
        guard isWaiting else { return .rest }
        looksSinceAttempt += 1
        return looksSinceAttempt >= Self.looksBetweenAttempts ? .read : .rest
    }

    /// The files were read as they were at the last look; `isUsable` tells whether they are in force now.
    mutating func noteOutcome(isUsable: Bool) {
        handled = seen
        isWaiting = !isUsable
        looksSinceAttempt = 0
    }
}
