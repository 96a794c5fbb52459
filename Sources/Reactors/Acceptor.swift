internal import CLinux
internal import Synchronization

/// One reactor's listening socket.
///
/// When descriptors or memory run out it stops watching the socket and tries again by timer, so that it never spins; the
/// backlog keeps the newcomers meanwhile. If that did not help, it turns newcomers away with the help of a spare descriptor:
/// better a connection closed at once than one that hangs.
// Sendable: made by the listener, then used on the reactor's thread alone; `start` and `close` go there by `post`.
final class Acceptor: DescriptorHandler, TimerHandler, @unchecked Sendable {
    /// The most connections accepted, or turned away, in one turn.
    static let batch = 64
    /// How long accepting is suspended when there are no descriptors.
    static let pause = Duration.milliseconds(100)

    private let descriptor: Int32
    private var socket: Descriptor?
    private var spare: Descriptor?
    private let reactor: Reactor
    private let accept: @Sendable (consuming AcceptedSocket, Reactor) -> Void
    private var watch = Watch.none
    private var isWatched = false
    private var resumption = TimerToken.none
    /// Has a whole pause brought nothing?
    private var isExhausted = false

    init(
        socket: consuming Descriptor,
        reactor: Reactor,
        accept: @escaping @Sendable (consuming AcceptedSocket, Reactor) -> Void
    ) throws(ReactorError) {
        descriptor = socket.number
        self.socket = consume socket
        self.reactor = reactor
        self.accept = accept
        let number = clinux_spare_descriptor()
        guard number >= 0 else { throw .callFailed(.open, errno: -number) }
        spare = Descriptor(adopting: number)
    }

    func start() {
        reactor.post { [self] in
            watch = reactor.occupySlot(self)
            resume()
        }
    }

    func close() {
        reactor.post { [self] in
            // Closing resets what is in the backlog: those came before the end and are still served.
            if watch != .none { _ = acceptBatch(limit: Int(Listener.backlog)) }
            end()
        }
    }

    func descriptorReady(_ readiness: Readiness) {
        acceptSome()
    }

    package func timerExpired(_ token: TimerToken) {
        resumption = .none
        acceptSome()
    }

    func continueWork() {}
    func settle() {}
    func reactorDrains() {}

    func reactorStops() {
        end()
    }

    private func end() {
        guard watch != .none else { return }
        reactor.cancel(resumption)
        if isWatched { reactor.silence(descriptor) }
        reactor.vacateSlot(watch)
        watch = .none
        socket = nil
        spare = nil
    }

    // MARK: Accepting

    /// One reactor at a time looks for descriptors when there are none: else the one takes what the other gives up.
    private static let scarcity = Guarded<Void>(())

    private func acceptSome() {
        guard watch != .none else { return }
        if isExhausted { Self.scarcity.withLock { _ in acceptWhatFits() } } else { acceptWhatFits() }
    }

    private func acceptWhatFits() {
        let (accepted, isExhausted) = acceptBatch(limit: Self.batch)
        guard isExhausted else {
            self.isExhausted = false
            return resume()
        }
        if self.isExhausted && accepted == 0 { shed() }
        self.isExhausted = true
        suspend()
    }

    private func resume() {
        guard !isWatched else { return }
        if spare == nil { obtainSpare() }
        isWatched = reactor.setInterest(.readable, of: descriptor, watch, isNew: true) == 0
        // Even epoll may lack memory: the timer tries again.
        if !isWatched { suspend() }
    }

    private func suspend() {
        reactor.counters.acceptPauses.wrappingAdd(1, ordering: .relaxed)
        if isWatched { reactor.silence(descriptor) }
        isWatched = false
        resumption = reactor.schedule(self, at: reactor.now.advanced(by: Self.pause))
    }

    private func acceptBatch(limit: Int) -> (accepted: Int, isExhausted: Bool) {
        var accepted = 0
        for _ in 0..<limit {
            var peer = clinux_address()
            let number = clinux_accept(descriptor, &peer)
            if number >= 0 {
                accepted += 1
                reactor.counters.accepted.wrappingAdd(1, ordering: .relaxed)
                accept(AcceptedSocket(adopting: number, peer: SocketAddress(peer)), reactor)
                continue
            }
            switch -number {
            case EAGAIN:
                return (accepted, false)
            case EINTR:
                continue
            case ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP,
                ENETUNREACH, ETIMEDOUT:
                // accept(2): errors of the newcomer's own connection; the next one may be fine.
                reactor.counters.acceptsAborted.wrappingAdd(1, ordering: .relaxed)
            default:
                // EMFILE, ENFILE, ENOBUFS, ENOMEM, and whatever else would come again at once.
                return (accepted, true)
            }
        }
        return (accepted, false)
    }

    /// Gives the spare descriptor to one newcomer after the other, only to close it.
    private func shed() {
        for _ in 0..<Self.batch {
            spare = nil
            var peer = clinux_address()
            let number = clinux_accept(descriptor, &peer)
            if number >= 0 {
                reactor.counters.connectionsShed.wrappingAdd(1, ordering: .relaxed)
                clinux_close(number)
            }
            obtainSpare()
            // Another thread may have been quicker to take the descriptor: then there is nothing to work with.
            if number < 0 || spare == nil { return }
        }
    }

    private func obtainSpare() {
        let number = clinux_spare_descriptor()
        if number >= 0 { spare = Descriptor(adopting: number) }
    }
}
