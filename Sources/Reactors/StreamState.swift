/// The changing part of a stream; behind a pointer for the reason given at `ReactorCore`, and never copied as a whole.
struct StreamState: ~Copyable {
    /// Where a stream is in its life; it only moves down, but for the way through `inTransit` back to `open`.
    enum Phase: UInt8 {
        /// Not started.
        case created
        /// The transport is getting ready.
        case opening
        /// Bytes flow.
        case open
        /// Between two reactors: belongs to neither thread.
        case inTransit
        /// To be closed at the end of the turn, without flushing.
        case aborting
        /// To be closed when the write queue is empty and the transport has said goodbye.
        case closing
        /// The handler has been told it is over; waits for the peer to close.
        case lingering
        /// Everything has been given back.
        case closed
    }

    struct Flags: OptionSet {
        let rawValue: UInt16

        /// On the reactor's list of streams to settle at the end of the turn.
        static let unsettled = Flags(rawValue: 1 << 0)
        /// On the reactor's list of streams to go on with in the next turn.
        static let continuing = Flags(rawValue: 1 << 1)
        /// The handler wants no input.
        static let readingPaused = Flags(rawValue: 1 << 2)
        /// The handler has been told that the peer's direction has ended.
        static let inputEnded = Flags(rawValue: 1 << 3)
        /// Unconsumed input must be shown again although nothing new has come.
        static let inputUnseen = Flags(rawValue: 1 << 4)
        /// The handler wants our direction ended once the queue is empty.
        static let finishRequested = Flags(rawValue: 1 << 5)
        /// Our direction has ended.
        static let outputFinished = Flags(rawValue: 1 << 6)
        /// The queue went above the high-water mark and has not come down to the low one.
        static let backedUp = Flags(rawValue: 1 << 7)
        /// The descriptor is in the epoll set: not at first, and not after a hang-up nobody can act on yet.
        static let watched = Flags(rawValue: 1 << 8)
        /// Counted among the reactor's lingering streams.
        static let lingerCounted = Flags(rawValue: 1 << 9)
        /// The transport has given all its input; the handler may not know yet.
        static let endReached = Flags(rawValue: 1 << 10)
    }

    /// Where a stream moves, and what is to be done there.
    final class Move {
        let target: Reactor
        let then: @Sendable (Stream) -> Void

        init(target: Reactor, then: @escaping @Sendable (Stream) -> Void) {
            self.target = target
            self.then = then
        }
    }

    var reactor: Reactor
    var handler: (any StreamHandler)?
    var output = WriteQueue()
    /// Bytes that were ever put into `output`.
    var writtenBytes: UInt64 = 0
    var input = WriteQueue()
    var watch = Watch.none
    /// What epoll watches for now.
    var interest: Readiness = []
    /// What the transport waits for before it can open, write or finish; empty when nothing is in its way.
    var outputBlockedOn: Readiness = []
    /// What it waits for before it can read, when that is not simply "readable".
    var inputBlockedOn: Readiness = []
    var phase = Phase.created
    var flags: Flags = []
    var timer = TimerToken.none
    /// When the timer fires; not after the deadline, often long before it.
    var timerTime = MonotonicTime.distantFuture
    var deadline = MonotonicTime.distantFuture
    var maximumBufferedInput = StreamLimits.bufferedInput
    var highWaterMark = StreamLimits.highWaterMark
    var lowWaterMark = StreamLimits.lowWaterMark
    var move: Move?
    var closeReason = StreamCloseReason.closed

    /// Is input read and shown now?
    var takesInput: Bool {
        phase == .open && handler != nil && move == nil && flags.isDisjoint(with: [.readingPaused, .inputEnded])
    }

    /// Are written bytes still kept?
    var takesOutput: Bool {
        phase.rawValue <= Phase.inTransit.rawValue && flags.isDisjoint(with: .finishRequested)
    }

    /// What epoll ought to watch for.
    var desiredInterest: Readiness {
        switch phase {
        // What a server waits for before anything else; a client's transport says at once that it wants to write.
        case .opening: outputBlockedOn.isEmpty ? .readable : outputBlockedOn
        case .closing: outputBlockedOn
        case .open: outputBlockedOn.union(takesInput ? (inputBlockedOn.isEmpty ? .readable : inputBlockedOn) : [])
        case .lingering: .readable
        case .created, .inTransit, .aborting, .closed: []
        }
    }
}
