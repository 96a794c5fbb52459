import Reactors

/// Where and how a broker keeps what must outlive it: every bound and time of it, named once.
package struct BrokerStorage: Sendable {
    /// Where it is kept.
    package var store: any SessionStore

    /// When a message that somebody must keep is acknowledged.
    package var durability: Durability

    /// How long a QoS 1 message waits before it is written: its receiver's PUBACK within that time spares the write. Also
    /// what an acknowledgement waits at least where there is no receiver.
    package var collectionDelay = Duration.milliseconds(1)

    /// How long what nobody waits for may stay unwritten: messages that were delivered, times at which sessions end.
    package var lazyDelay = Duration.milliseconds(100)

    /// How long a message stays unwritten at most with `Durability.relaxed`, the commit not counted.
    package var relaxedDelay = Duration.milliseconds(50)

    /// How long after a commit that failed the next one is tried.
    package var retryInterval = Duration.seconds(1)

    /// Bytes that wait for the disk, above which publishers are not read until half have been written.
    package var maximumPendingBytes = 64 << 20

    /// The calendar.
    package var wallClock: @Sendable () -> WallTime = { WallTime.now() }

    /// The clock of the reactors.
    var clock: @Sendable () -> MonotonicTime = { MonotonicTime.now() }

    /// Whether the writer has a thread of its own; a test takes its steps itself.
    var hasThread = true

    /// Names a store and when messages are acknowledged; `Durability.none` is said by not giving any storage.
    package init(_ store: any SessionStore, durability: Durability = .commit) {
        self.store = store
        self.durability = durability
    }

    /// How long rows are collected before they are written.
    var rowDelay: Duration { durability == .commit ? collectionDelay : relaxedDelay }
}
