internal import CLinux
internal import Synchronization

/// How other threads rouse a reactor: one eventfd write per sleep at most, none while it is awake.
final class WakeUp: Sendable {
    private enum State {
        static let awake: UInt8 = 0
        static let hasMail: UInt8 = 1
        static let asleep: UInt8 = 2
    }

    let descriptor: Descriptor
    private let state = Atomic<UInt8>(State.awake)
    private let writes = Atomic<Int>(0)

    init() throws(ReactorError) {
        let number = clinux_eventfd()
        guard number >= 0 else { throw .callFailed(.eventfd, errno: -number) }
        descriptor = Descriptor(adopting: number)
    }

    /// How often the eventfd was really written.
    var count: Int { writes.load(ordering: .relaxed) }

    /// There is something to look at. Any thread.
    func rouse() {
        guard state.exchange(State.hasMail, ordering: .acquiringAndReleasing) == State.asleep else { return }
        writes.wrappingAdd(1, ordering: .relaxed)
        // It is watched edge-triggered and never read, so every write is seen. The only failure is a counter near 2^64.
        _ = clinux_eventfd_signal(descriptor.number)
    }

    /// May the reactor wait? False when there is mail already. Only the reactor itself.
    func fallAsleep() -> Bool {
        let (exchanged, _) = state.compareExchange(
            expected: State.awake,
            desired: State.asleep,
            ordering: .acquiringAndReleasing
        )
        return exchanged
    }

    /// Back from waiting, or never gone: is there mail? Only the reactor itself.
    func awake() -> Bool {
        state.exchange(State.awake, ordering: .acquiringAndReleasing) == State.hasMail
    }
}
