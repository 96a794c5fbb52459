package import struct FoundationEssentials.Date

/// How often a client needed a superseded certificate, or did with its successor.
package struct RotationTally: Hashable, Sendable {
    /// Connections that needed the superseded one.
    package private(set) var old = 0
    /// The first of them.
    package private(set) var firstOld: Date?
    /// The last of them.
    package private(set) var lastOld: Date?
    /// Connections that did with its successor.
    package private(set) var new = 0
    /// The last of them.
    package private(set) var lastNew: Date?

    init() {}

    mutating func add(_ use: RotationUse, at time: Date) {
        if use.neededOld {
            old += 1
            firstOld = min(firstOld ?? time, time)
            lastOld = max(lastOld ?? time, time)
        } else {
            new += 1
            lastNew = max(lastNew ?? time, time)
        }
    }
}
