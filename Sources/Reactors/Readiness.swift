internal import CLinux

/// What epoll says of a descriptor, or what it is asked to watch for.
struct Readiness: OptionSet {
    let rawValue: UInt32

    static let readable = Readiness(rawValue: CLINUX_READABLE)
    static let writable = Readiness(rawValue: CLINUX_WRITABLE)
    /// Both directions are shut, or the other end of a socket pair is gone. Reported whether asked for or not.
    static let hangUp = Readiness(rawValue: CLINUX_HANG_UP)
    /// The socket has an error. Reported whether asked for or not.
    static let error = Readiness(rawValue: CLINUX_ERROR)
}

/// Told when a descriptor it watches is ready.
protocol DescriptorHandler: AnyObject {
    /// Called on the reactor, at most once per turn; level-triggered: what is left undone is reported again.
    func descriptorReady(_ readiness: Readiness)

    /// Called in a later turn after `Reactor.continueLater`, whether the descriptor is ready or not.
    func continueWork()

    /// Called at the end of a turn after `Reactor.settleAtEndOfTurn`.
    func settle()

    /// The reactor ends: let go of everything, now.
    func reactorStops()

    /// The reactor drains: come to an end soon, in order.
    func reactorDrains()
}
