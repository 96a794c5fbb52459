internal import Synchronization

/// What a reactor has done since it began; a snapshot.
package struct ReactorStatistics: Hashable, Sendable {
    /// Turns of the loop.
    package var turns = 0
    /// Readiness events taken from epoll.
    package var events = 0
    /// Times another thread had to write to the eventfd to rouse it.
    package var wakeUps = 0
    /// Streams now on this reactor.
    package var streams = 0
    /// Connections accepted.
    package var accepted = 0
    /// Times accepting was suspended because descriptors or memory had run out.
    package var acceptPauses = 0
    /// Connections turned away while no descriptors were left.
    package var connectionsShed = 0
    /// Connections that were gone before they could be accepted.
    package var acceptsAborted = 0
}

/// The cells behind `ReactorStatistics`: written by the reactor, read by anybody.
final class ReactorCounters: Sendable {
    let turns = Atomic<Int>(0)
    let events = Atomic<Int>(0)
    let streams = Atomic<Int>(0)
    let accepted = Atomic<Int>(0)
    let acceptPauses = Atomic<Int>(0)
    let connectionsShed = Atomic<Int>(0)
    let acceptsAborted = Atomic<Int>(0)

    var snapshot: ReactorStatistics {
        ReactorStatistics(
            turns: turns.load(ordering: .relaxed),
            events: events.load(ordering: .relaxed),
            streams: streams.load(ordering: .relaxed),
            accepted: accepted.load(ordering: .relaxed),
            acceptPauses: acceptPauses.load(ordering: .relaxed),
            connectionsShed: connectionsShed.load(ordering: .relaxed),
            acceptsAborted: acceptsAborted.load(ordering: .relaxed)
        )
    }
}

extension ReactorStatistics {
    /// Adds another reactor's numbers.
    package mutating func add(_ other: ReactorStatistics) {
        turns += other.turns
        events += other.events
        wakeUps += other.wakeUps
        streams += other.streams
        accepted += other.accepted
        acceptPauses += other.acceptPauses
        connectionsShed += other.connectionsShed
        acceptsAborted += other.acceptsAborted
    }
}
