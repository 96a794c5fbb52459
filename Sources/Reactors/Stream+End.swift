internal import CLinux

/// The ways out: to another reactor, or to the end.
extension Stream {
    static var brokenPipe: Int32 { EPIPE }

    // MARK: Moving

    func depart() {
        guard let move = exchange(&state.pointee.move, with: nil) else { return }
        let previous = exchange(&state.pointee.handler, with: nil)
        defer { withExtendedLifetime(previous) {} }
        if move.target === reactor { return arrived(move.then) }
        detach()
        state.pointee.phase = .inTransit
        state.pointee.reactor = move.target
        // The closure holds the stream: from here on it belongs to the other thread.
        let then = move.then
        move.target.post { self.arrive(then) }
    }

    private func arrive(_ then: @Sendable (Stream) -> Void) {
        state.pointee.phase = .open
        attach()
        arrived(then)
        if reactor.core.pointee.drain != nil { reactorDrains() }
    }

    private func arrived(_ then: @Sendable (Stream) -> Void) {
        then(self)
        inputWanted()
        settleAtEndOfTurn()
    }

    // MARK: Ending

    /// The end for the handler; the connection stays until the peer has closed too, or time is up.
    ///
    /// Closing a socket that still holds unread input sends a reset, and a reset makes the peer forget the last bytes we
    /// sent: an alert, a CONNACK, a DISCONNECT.
    func linger(_ reason: StreamCloseReason) {
        guard isAttached else { return terminate(reason) }
        let core = state.pointee.reactor.core
        state.pointee.phase = .lingering
        releaseBuffers()
        let handler = exchange(&state.pointee.handler, with: nil)
        handler?.stream(self, closedBecause: reason)
        guard !state.pointee.flags.contains(.endReached), core.pointee.lingeringCount < StreamLimits.lingering,
            clinux_shutdown_writing(transport.descriptor) == 0
        else { return terminate(reason) }
        core.pointee.lingeringCount += 1
        state.pointee.flags.insert(.lingerCounted)
        setDeadline(reactor.now.advanced(by: StreamLimits.lingerTime))
        discardInput()
    }

    /// Throws away what the peer still sends, a bounded piece per turn, until it closes.
    func discardInput() {
        let scratch = state.pointee.reactor.core.pointee.scratch.buffer
        let result = clinux_receive(transport.descriptor, scratch.baseAddress, scratch.count)
        if result > 0 || Int32(-result) == EAGAIN { return }
        terminate(.closed)
    }

    /// The end for everybody, now. Only from the loop, never from a call the handler makes.
    func terminate(_ reason: StreamCloseReason) {
        guard state.pointee.phase != .closed else { return }
        if isAttached { detach() }
        if state.pointee.flags.contains(.lingerCounted) { state.pointee.reactor.core.pointee.lingeringCount -= 1 }
        state.pointee.phase = .closed
        state.pointee.move = nil
        releaseBuffers()
        transport.close()
        let handler = exchange(&state.pointee.handler, with: nil)
        handler?.stream(self, closedBecause: reason)
    }

    private func releaseBuffers() {
        state.pointee.output.release(to: &state.pointee.reactor.core.pointee.pool)
        state.pointee.input.release(to: &state.pointee.reactor.core.pointee.pool)
    }
}
