internal import CLinux

/// Where the reactor comes in: events, errands, the end of a turn, and the timer.
extension Stream: DescriptorHandler, TimerHandler {
    func descriptorReady(_ readiness: Readiness) {
        switch state.pointee.phase {
        case .opening:
            // On the list for this turn or the next: once per turn is enough.
            if !state.pointee.flags.contains(.continuing) { openTransport() }
        case .open, .closing:
            transferReady(readiness)
        case .lingering:
            discardInput()
        case .created, .inTransit, .aborting, .closed:
            break
        }
        synchronizeInterest()
    }

    func continueWork() {
        state.pointee.flags.remove(.continuing)
        if state.pointee.phase == .opening {
            openTransport()
        } else if state.pointee.takesInput {
            readInput()
        }
        synchronizeInterest()
    }

    func settle() {
        state.pointee.flags.remove(.unsettled)
        switch state.pointee.phase {
        case .open:
            flushOutput()
            // Not a step further: the stream may belong to another thread now.
            if state.pointee.phase == .open, state.pointee.move != nil { return depart() }
        case .closing:
            flushOutput()
        case .aborting:
            terminate(state.pointee.closeReason)
        case .created, .opening, .inTransit, .lingering, .closed:
            break
        }
        synchronizeInterest()
    }

    func reactorStops() {
        terminate(.reactorStopped)
    }

    func reactorDrains() {
        switch state.pointee.phase {
        case .opening, .open: state.pointee.handler?.streamShouldEnd(self)
        case .created, .inTransit, .aborting, .closing, .lingering, .closed: break
        }
    }

    package func timerExpired(_ token: TimerToken) {
        guard token == state.pointee.timer else { return }
        state.pointee.timer = .none
        state.pointee.timerTime = .distantFuture
        let deadline = state.pointee.deadline
        guard reactor.now >= deadline else { return setDeadline(deadline) }
        switch state.pointee.phase {
        case .opening, .open:
            state.pointee.deadline = .distantFuture
            if let handler = state.pointee.handler {
                handler.streamDeadlinePassed(self)
            } else {
                terminate(.deadlinePassed)
            }
        case .closing:
            terminate(.flushDeadlinePassed(unsentBytes: queuedBytes))
        case .lingering:
            terminate(.closed)
        case .created, .inTransit, .aborting, .closed:
            break
        }
    }

    // MARK: Opening

    private func openTransport() {
        switch transport.open() {
        case .ready, .bytes:
            state.pointee.phase = .open
            state.pointee.outputBlockedOn = []
            // Input may have come along with the end of a handshake, and epoll knows nothing of it.
            if transport.hasBufferedInput { continueLater() }
            settleAtEndOfTurn()
            state.pointee.handler?.streamOpened(self)
        case .wantRead:
            state.pointee.outputBlockedOn = .readable
        case .wantWrite:
            state.pointee.outputBlockedOn = .writable
        case .endOfStream:
            terminate(.endedBeforeOpen)
        case .failed(let error):
            linger(.transportFailed(error))
        }
    }

    // MARK: Events

    private func transferReady(_ readiness: Readiness) {
        if !state.pointee.outputBlockedOn.isEmpty, !readiness.isDisjoint(with: state.pointee.outputBlockedOn) {
            state.pointee.outputBlockedOn = []
            flushOutput()
        }
        if state.pointee.takesInput {
            if !state.pointee.flags.contains(.continuing) { readInput() }
        } else if !readiness.isDisjoint(with: [.hangUp, .error]) {
            hungUp()
        }
    }

    /// A hang-up or an error while no input is wanted. An error ends the stream; a mere hang-up must wait until somebody
    /// reads or writes, and would be reported in every turn till then.
    private func hungUp() {
        guard state.pointee.phase == .open || state.pointee.phase == .closing else { return }
        let errno = clinux_socket_error(transport.descriptor)
        if errno != 0 {
            terminate(.transportFailed(ReactorError.callFailed(.getsockopt, errno: abs(errno))))
        } else if state.pointee.desiredInterest.isEmpty {
            state.pointee.flags.remove(.watched)
            reactor.silence(transport.descriptor)
        }
    }

    // MARK: Being on a reactor

    func attach() {
        assert(reactor.isCurrent)
        reactor.streamCountChanged(by: 1)
        state.pointee.watch = reactor.occupySlot(self)
        synchronizeInterest()
        setDeadline(state.pointee.deadline)
    }

    func detach() {
        assert(reactor.isCurrent)
        if state.pointee.flags.contains(.watched) { reactor.silence(transport.descriptor) }
        reactor.vacateSlot(state.pointee.watch)
        reactor.cancel(state.pointee.timer)
        state.pointee.watch = .none
        state.pointee.timer = .none
        state.pointee.timerTime = .distantFuture
        state.pointee.interest = []
        state.pointee.flags.subtract([.watched, .unsettled, .continuing])
        reactor.streamCountChanged(by: -1)
    }

    var isAttached: Bool { state.pointee.watch != .none }

    func settleAtEndOfTurn() {
        guard isAttached, !state.pointee.flags.contains(.unsettled) else { return }
        state.pointee.flags.insert(.unsettled)
        state.pointee.reactor.settleAtEndOfTurn(state.pointee.watch)
    }

    func continueLater() {
        guard isAttached, !state.pointee.flags.contains(.continuing) else { return }
        state.pointee.flags.insert(.continuing)
        state.pointee.reactor.continueLater(state.pointee.watch)
    }

    func setDeadline(_ deadline: MonotonicTime) {
        state.pointee.deadline = deadline
        // A timer that fires too early finds that out; only one that would fire too late must be replaced.
        guard isAttached, deadline < state.pointee.timerTime else { return }
        reactor.cancel(state.pointee.timer)
        state.pointee.timer = reactor.schedule(self, at: deadline)
        state.pointee.timerTime = deadline
    }

    func synchronizeInterest() {
        // A stream still to be settled gets here again at the end of the turn.
        guard isAttached, !state.pointee.flags.contains(.unsettled) else { return }
        let desired = state.pointee.desiredInterest
        let isWatched = state.pointee.flags.contains(.watched)
        guard isWatched ? desired != state.pointee.interest : !desired.isEmpty else { return }
        let errno = reactor.setInterest(desired, of: transport.descriptor, state.pointee.watch, isNew: !isWatched)
        if errno == 0 {
            state.pointee.interest = desired
            state.pointee.flags.insert(.watched)
        } else {
            // The kernel is out of memory, or of epoll watches: a deaf connection is worse than none.
            close(afterFlush: false, because: .transportFailed(ReactorError.callFailed(.epoll_ctl, errno: errno)))
        }
    }
}
