internal import CLinux
internal import Synchronization

/// The reactors of a process and their threads.
///
/// The threads block every signal but those of their own faults; SIGPIPE too, so that a library writing to a dead socket
/// there gets EPIPE. Signals are for the main thread.
package final class ReactorGroup: Sendable {
    /// The most reactors a group may have; far above any machine's cores.
    package static let limit = 1024

    /// The reactors, by index.
    package let reactors: [Reactor]
    private let name: String
    private let state = Guarded(State())

    private struct State {
        var threads: [UInt] = []
        var listeners: [Listener] = []
        var isStopped = false
    }

    /// `count` reactors, not running yet; their threads will be called `name` with the index behind it.
    package init(count: Int, name: String = "reactor") throws(ReactorError) {
        guard (1...Self.limit).contains(count) else { throw .reactorCount(count, limit: Self.limit) }
        var reactors: [Reactor] = []
        for index in 0..<count { reactors.append(try Reactor(index: index)) }
        self.reactors = reactors
        self.name = name
    }

    deinit {
        stop()
    }

    /// Starts the threads. Once; a group that was stopped stays so.
    package func start() throws(ReactorError) {
        let failure: Int32? = state.withLock { state in
            guard state.threads.isEmpty, !state.isStopped else { return nil }
            for reactor in reactors {
                var thread: UInt = 0
                let argument = Unmanaged.passRetained(reactor)
                let result = clinux_thread_start(
                    &thread,
                    "\(name)-\(reactor.index)",
                    { argument in
                        // Invariant: the argument is the retained reactor passed below, taken exactly once.
                        let reactor = argument.map { Unmanaged<Reactor>.fromOpaque($0).takeRetainedValue() }
                        reactor?.run()
                        return nil
                    },
                    argument.toOpaque()
                )
                guard result == 0 else {
                    argument.release()
                    return -result
                }
                state.threads.append(thread)
            }
            return nil
        }
        if let failure {
            stop()
            throw .callFailed(.pthread_create, errno: failure)
        }
    }

    /// What all reactors have done so far, summed.
    package var statistics: ReactorStatistics {
        reactors.reduce(into: ReactorStatistics()) { $0.add($1.statistics) }
    }

    /// Ends in order: closes the listeners, asks every stream to end (`StreamHandler.streamShouldEnd`), waits until all have
    /// or `limit` has passed, then stops.
    package func drain(within limit: Duration) async {
        await withCheckedContinuation { continuation in
            beginDraining(within: limit) { continuation.resume() }
        }
        stop()
    }

    /// Closes the listeners, asks every stream to end, and calls `completion` once when all have or time is up.
    func beginDraining(within limit: Duration, completion: @escaping @Sendable () -> Void) {
        let (listeners, isRunning) = state.withLock { ($0.listeners, !$0.threads.isEmpty) }
        for listener in listeners { listener.close() }
        guard isRunning else { return completion() }
        let deadline = MonotonicTime.now().advanced(by: limit)
        let countdown = Countdown(reactors.count, completion: completion)
        for reactor in reactors {
            reactor.post { Drain.begin(on: reactor, until: deadline) { countdown.arrive() } }
        }
    }

    /// Ends every stream (`.reactorStopped`) and listener, and waits for the threads. Harmless when stopped already. Must not
    /// be called on a reactor.
    package func stop() {
        let threads = state.withLock { state in
            state.isStopped = true
            return exchange(&state.threads, with: [])
        }
        for reactor in reactors { reactor.post { reactor.requestStop() } }
        // A reactor without a thread never looks at its mail, which may hold on to it.
        if threads.isEmpty { for reactor in reactors { reactor.closeMail() } }
        for (thread, reactor) in zip(threads, reactors) {
            // The last reference may go on a reactor: a thread cannot wait for itself.
            if reactor.isCurrent { clinux_thread_detach(thread) } else { clinux_thread_join(thread) }
        }
        state.withLock { $0.listeners = [] }
    }

    func add(_ listener: Listener) {
        state.withLock { $0.listeners.append(listener) }
    }

    func remove(_ listener: Listener) {
        state.withLock { $0.listeners.removeAll { $0 === listener } }
    }
}

/// Calls back when so many have arrived.
private final class Countdown: Sendable {
    private let remaining: Atomic<Int>
    private let completion: @Sendable () -> Void

    init(_ count: Int, completion: @escaping @Sendable () -> Void) {
        remaining = Atomic(count)
        self.completion = completion
    }

    func arrive() {
        if remaining.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { completion() }
    }
}
