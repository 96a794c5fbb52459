/// One duplex byte stream on a reactor: a transport below, a handler above.
///
/// What is written in one turn of the loop leaves together at its end. Input is read into the reactor's scratch buffer; only
/// what the handler leaves unconsumed is kept. Belongs to its reactor's thread; `move` is the only way to another.
// `move` hands the stream over through the target's mail, and the old thread does not touch it afterwards.
// Sendable: every member is used on the reactor's thread.
package final class Stream: @unchecked Sendable {
    /// The far end of the connection.
    package let peer: SocketAddress
    /// What carries the bytes.
    package let transport: any StreamTransport
    let state: UnsafeMutablePointer<StreamState>

    /// A stream that does nothing until `start`. Call both on `reactor`.
    package init(
        transport: any StreamTransport,
        peer: SocketAddress,
        on reactor: Reactor,
        handler: any StreamHandler
    ) {
        self.peer = peer
        self.transport = transport
        state = .allocate(capacity: 1)
        state.initialize(to: StreamState(reactor: reactor, handler: handler))
    }

    deinit {
        if state.pointee.phase != .closed { transport.close() }
        state.pointee.output.free()
        state.pointee.input.free()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Begins: the transport opens, and the handler hears of it from the loop. Once.
    package func start() {
        precondition(state.pointee.phase == .created, "A stream is started once.")
        state.pointee.phase = .opening
        attach()
        continueLater()
    }

    /// The reactor it lives on.
    package var reactor: Reactor { state.pointee.reactor }

    /// Who hears of what happens. A new handler is shown the input its predecessor left, in the next turn.
    package var handler: (any StreamHandler)? {
        get { state.pointee.handler }
        set {
            guard state.pointee.phase.rawValue < StreamState.Phase.lingering.rawValue else { return }
            let previous = exchange(&state.pointee.handler, with: newValue)
            inputWanted()
            withExtendedLifetime(previous) {}
        }
    }

    /// Has its end begun, or even passed? What is written now is dropped.
    package var isClosing: Bool { state.pointee.phase.rawValue > StreamState.Phase.inTransit.rawValue }

    // MARK: Writing

    /// Appends bytes to what leaves at the end of this turn. Dropped when the stream is closing.
    package func write(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty, state.pointee.takesOutput else { return }
        assert(reactor.isCurrent)
        state.pointee.output.append(bytes, from: &state.pointee.reactor.core.pointee.pool)
        outputGrew(by: bytes.count)
    }

    /// Appends an array's bytes; see `write(_: UnsafeRawBufferPointer)`.
    package func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    /// Lets `encode` write straight into the queue: it gets at least `count` bytes of room and returns how many it filled.
    /// It must not touch the stream. Not called when the stream is closing.
    package func withWriteBuffer(reserving count: Int, _ encode: (UnsafeMutableRawBufferPointer) -> Int) {
        guard state.pointee.takesOutput else { return }
        assert(reactor.isCurrent)
        let room = state.pointee.output.reserve(count, from: &state.pointee.reactor.core.pointee.pool)
        let filled = encode(room)
        guard filled > 0 else {
            if state.pointee.output.isEmpty {
                state.pointee.output.release(to: &state.pointee.reactor.core.pointee.pool)
            }
            return
        }
        state.pointee.output.commit(filled)
        outputGrew(by: filled)
    }

    /// Bytes written by the handler and not yet taken by the transport.
    package var queuedBytes: Int { state.pointee.output.count }

    /// Bytes written by the handlers since the stream began, taken by the transport or not.
    package var writtenBytes: UInt64 { state.pointee.writtenBytes }

    /// Has the queue been above the high-water mark and not yet come down to the low one? Then `streamDrained` will come.
    package var isBackedUp: Bool { state.pointee.flags.contains(.backedUp) }

    /// Queued bytes above which the stream counts as backed up, and at which it is drained again.
    package func setWaterMarks(low: Int, high: Int) {
        precondition(0 <= low && low <= high, "Water marks: found low \(low), high \(high).")
        state.pointee.lowWaterMark = low
        state.pointee.highWaterMark = high
    }

    /// Ends our direction once everything queued has left; the peer may go on sending.
    package func finishWriting() {
        guard state.pointee.takesOutput else { return }
        state.pointee.flags.insert(.finishRequested)
        settleAtEndOfTurn()
    }

    // MARK: Reading

    /// The most input kept while the handler waits for more of it, in bytes; beyond it the stream is closed. A handler
    /// that looks for a message of up to n bytes allows n.
    package var maximumBufferedInput: Int {
        get { state.pointee.maximumBufferedInput }
        set { state.pointee.maximumBufferedInput = newValue }
    }

    /// Bytes of input kept because the handler has not consumed them.
    package var unconsumedBytes: Int { state.pointee.input.count }

    /// Stops reading the socket, so that the peer's sending stalls. What is kept stays.
    package func pauseReading() {
        guard !state.pointee.flags.contains(.readingPaused) else { return }
        state.pointee.flags.insert(.readingPaused)
        settleAtEndOfTurn()
    }

    /// Reads again. Unconsumed input is shown from the loop, in the next turn.
    package func resumeReading() {
        guard state.pointee.flags.contains(.readingPaused) else { return }
        state.pointee.flags.remove(.readingPaused)
        inputWanted()
        settleAtEndOfTurn()
    }

    // MARK: Time

    /// When `streamDeadlinePassed` is called, absolute; nil for never. Moving it further away costs one store: the timer is
    /// set anew only when it fires early.
    package var deadline: MonotonicTime? {
        get { state.pointee.deadline == .distantFuture ? nil : state.pointee.deadline }
        set {
            guard !isClosing else { return }
            setDeadline(newValue ?? .distantFuture)
        }
    }

    // MARK: Ending

    /// Closes the stream: after what is queued has left, for which the peer has `flushTime` (default: 5 s), or at once.
    /// From now on input is ignored and writes are dropped. The handler hears of the end from the loop, with `reason` if
    /// nothing else comes between.
    package func close(
        afterFlush: Bool = true,
        flushTime: Duration = StreamLimits.flushTime,
        because reason: StreamCloseReason = .closed
    ) {
        switch state.pointee.phase {
        case .created:
            state.pointee.phase = .aborting
            attach()
        case .opening, .open:
            break
        case .closing where !afterFlush:
            break
        case .inTransit, .aborting, .closing, .lingering, .closed:
            return
        }
        state.pointee.move = nil
        if afterFlush && state.pointee.phase == .open {
            state.pointee.phase = .closing
            state.pointee.flags.insert(.finishRequested)
            setDeadline(reactor.now.advanced(by: flushTime))
        } else {
            state.pointee.phase = .aborting
        }
        state.pointee.closeReason = reason
        settleAtEndOfTurn()
    }

    /// Moves the stream to another reactor at the end of this turn, with its deadline, its queue and its unconsumed input.
    ///
    /// The present handler hears nothing more unless the stream is closed in this turn. `arrived` runs there and gives the
    /// stream its new handler, which is then shown the input. Only for an open stream; the old side must not touch the
    /// stream after this turn. On the reactor where it already is, the same happens without a detour.
    package func move(to target: Reactor, arrived: @escaping @Sendable (Stream) -> Void) {
        guard state.pointee.phase == .open else { return }
        assert(reactor.isCurrent)
        state.pointee.move = StreamState.Move(target: target, then: arrived)
        settleAtEndOfTurn()
    }
}
