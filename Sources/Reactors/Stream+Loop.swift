internal import CLinux

/// Where the reactor comes in: events, errands, the end of a turn, and the timer.
extension Stream: DescriptorHandler, TimerHandler {
    func descriptorReady(_ readiness: Readiness) {
        switch state.pointee.phase {
        case .opening:
            openTransport()
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
            if state.pointee.phase == .open, state.pointee.move != nil { depart() }
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
            readInput()
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
            state.pointee.flags.insert(.silenced)
            reactor.silence(transport.descriptor, state.pointee.watch)
        }
    }

    // MARK: Being on a reactor

    func attach() {
        assert(reactor.isCurrent)
        reactor.streamCountChanged(by: 1)
        state.pointee.interest = state.pointee.desiredInterest
        state.pointee.watch = reactor.watch(transport.descriptor, for: state.pointee.interest, handler: self)
        let deadline = exchange(&state.pointee.deadline, with: .distantFuture)
        setDeadline(deadline)
    }

    func detach() {
        assert(reactor.isCurrent)
        reactor.unwatch(
            transport.descriptor,
            state.pointee.watch,
            isSilenced: state.pointee.flags.contains(.silenced)
        )
        reactor.cancel(state.pointee.timer)
        state.pointee.watch = .none
        state.pointee.timer = .none
        state.pointee.timerTime = .distantFuture
        state.pointee.flags.subtract([.silenced, .unsettled, .continuing])
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
        guard isAttached else { return }
        let desired = state.pointee.desiredInterest
        if state.pointee.flags.contains(.silenced) {
            guard !desired.isEmpty else { return }
        } else if desired == state.pointee.interest {
            return
        }
        reactor.setInterest(
            desired,
            of: transport.descriptor,
            state.pointee.watch,
            isSilenced: state.pointee.flags.contains(.silenced)
        )
        state.pointee.flags.remove(.silenced)
        state.pointee.interest = desired
    }
}
