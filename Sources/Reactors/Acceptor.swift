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

    private let socket: Descriptor
    private let address: SocketAddress
    private let reactor: Reactor
    private let accept: @Sendable (consuming AcceptedSocket, Reactor) -> Void
    private var spare: Descriptor?
    private var watch = Watch.none
    private var resumption = TimerToken.none
    /// Was the last attempt after a pause in vain too?
    private var isExhausted = false
    private var isClosed = false

    init(
        socket: consuming Descriptor,
        address: SocketAddress,
        reactor: Reactor,
        accept: @escaping @Sendable (consuming AcceptedSocket, Reactor) -> Void
    ) throws(ReactorError) {
        self.socket = socket
        self.address = address
        self.reactor = reactor
        self.accept = accept
        let number = clinux_spare_descriptor()
        guard number >= 0 else { throw .callFailed(.open, errno: -number) }
        spare = Descriptor(adopting: number)
    }

    func listen(backlog: Int32) throws(ReactorError) {
        let result = clinux_listen(socket.number, backlog)
        guard result == 0 else { throw .cannotListen(address, .listen, errno: -result) }
    }

    func start() {
        reactor.post { [self] in
            guard !isClosed else { return }
            watch = reactor.watch(socket.number, for: .readable, handler: self)
        }
    }

    func close() {
        reactor.post { [self] in
            guard !isClosed else { return }
            // Closing resets what is in the backlog: those came before the end and are still served.
            if watch != .none { _ = acceptBatch(limit: Int(Listener.backlog)) }
            end()
        }
    }

    func descriptorReady(_ readiness: Readiness) {
        accept(afterPause: false)
    }

    package func timerExpired(_ token: TimerToken) {
        resumption = .none
        accept(afterPause: true)
    }

    func continueWork() {}
    func settle() {}
    func reactorDrains() {}

    func reactorStops() {
        end()
    }

    private func end() {
        guard !isClosed else { return }
        isClosed = true
        reactor.cancel(resumption)
        if watch != .none { reactor.unwatch(socket.number, watch) }
        watch = .none
        // The last references may be the reactor's own; the socket closes with the acceptor.
        spare = nil
        _ = clinux_stop_listening(socket.number)
    }

    // MARK: Accepting

    private enum Outcome {
        case emptied, more, exhausted
    }

    private func accept(afterPause: Bool) {
        guard !isClosed else { return }
        switch acceptBatch(limit: Self.batch) {
        case .emptied, .more:
            isExhausted = false
            if afterPause { reactor.setInterest(.readable, of: socket.number, watch) }
        case .exhausted:
            if isExhausted { shed() }
            isExhausted = true
            reactor.counters.acceptPauses.wrappingAdd(1, ordering: .relaxed)
            if !afterPause { reactor.setInterest([], of: socket.number, watch) }
            resumption = reactor.schedule(self, at: reactor.now.advanced(by: Self.pause))
        }
    }

    private func acceptBatch(limit: Int) -> Outcome {
        for _ in 0..<limit {
            var peer = clinux_address()
            let number = clinux_accept(socket.number, &peer)
            if number >= 0 {
                reactor.counters.accepted.wrappingAdd(1, ordering: .relaxed)
                accept(AcceptedSocket(adopting: number, peer: SocketAddress(peer)), reactor)
                continue
            }
            switch -number {
            case EAGAIN:
                return .emptied
            case EINTR:
                continue
            case ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP,
                ENETUNREACH, ETIMEDOUT:
                // accept(2): errors of the newcomer's own connection; the next one may be fine.
                reactor.counters.acceptsAborted.wrappingAdd(1, ordering: .relaxed)
            default:
                // EMFILE, ENFILE, ENOBUFS, ENOMEM, and whatever else would come again at once.
                return .exhausted
            }
        }
        return .more
    }

    /// Gives the spare descriptor to one newcomer after the other, only to close it.
    private func shed() {
        for _ in 0..<Self.batch {
            spare = nil
            var peer = clinux_address()
            let number = clinux_accept(socket.number, &peer)
            if number >= 0 {
                clinux_close(number)
                reactor.counters.connectionsShed.wrappingAdd(1, ordering: .relaxed)
            }
            let replacement = clinux_spare_descriptor()
            if replacement >= 0 { spare = Descriptor(adopting: replacement) }
            // Another thread may have been quicker to take the descriptor: then there is nothing to work with.
            if number < 0 || replacement < 0 { return }
        }
    }
}
