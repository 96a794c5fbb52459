/// Reading: at most one scratch buffer full per turn, shown to the handler in one piece.
extension Stream {
    /// Input may be there that epoll says nothing of: look at it in the next turn.
    func inputWanted() {
        guard state.pointee.takesInput else { return }
        if !state.pointee.input.isEmpty { state.pointee.flags.insert(.inputUnseen) }
        if !state.pointee.flags.isDisjoint(with: [.inputUnseen, .endReached]) || transport.hasBufferedInput {
            continueLater()
        }
    }

    func readInput() {
        state.pointee.inputBlockedOn = []
        let scratch = state.pointee.reactor.core.pointee.scratch.buffer
        let kept = state.pointee.input.count
        if kept <= scratch.count / 2 {
            // Little is left over: it goes to the front of the scratch buffer, and the news are read behind it.
            if kept > 0 { scratch.copyMemory(from: state.pointee.input.bytes) }
            let (filled, outcome) = fill(scratch, from: kept)
            if filled > kept || state.pointee.flags.contains(.inputUnseen) {
                state.pointee.input.removeAll()
                show(UnsafeRawBufferPointer(rebasing: scratch[..<filled]), keepRest: true)
            }
            conclude(outcome)
        } else {
            let room = state.pointee.input.reserve(
                StreamLimits.readRoom,
                from: &state.pointee.reactor.core.pointee.pool
            )
            let (filled, outcome) = fill(UnsafeMutableRawBufferPointer(rebasing: room.prefix(scratch.count)), from: 0)
            state.pointee.input.commit(filled)
            if filled > 0 || state.pointee.flags.contains(.inputUnseen) {
                show(state.pointee.input.bytes, keepRest: false)
            }
            conclude(outcome)
        }
    }

    /// Reads until the buffer is full or the transport has nothing more; nil when it had more than there was room for.
    private func fill(
        _ buffer: UnsafeMutableRawBufferPointer,
        from start: Int
    ) -> (filled: Int, outcome: TransportStep?) {
        if state.pointee.flags.contains(.endReached) { return (start, .endOfStream) }
        var filled = start
        while filled < buffer.count {
            let step = transport.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            guard case .bytes(let count) = step else { return (filled, step) }
            filled += count
            if !transport.hasBufferedInput { return (filled, .wantRead) }
        }
        return (filled, nil)
    }

    /// Shows `bytes` to the handler and keeps what it leaves: `bytes` lie in the scratch buffer when the rest must be saved
    /// from it, else in the input queue.
    private func show(_ bytes: UnsafeRawBufferPointer, keepRest: Bool) {
        state.pointee.flags.remove(.inputUnseen)
        guard let handler = state.pointee.handler else { return }
        let consumed = handler.stream(self, received: bytes)
        precondition(
            consumed >= 0 && consumed <= bytes.count,
            "A handler consumed \(consumed) of \(bytes.count) bytes."
        )
        // Closed meanwhile: nobody will want the rest.
        guard isAttached, state.pointee.phase == .open else { return }
        if keepRest {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
            if !rest.isEmpty { state.pointee.input.append(rest, from: &state.pointee.reactor.core.pointee.pool) }
        } else {
            state.pointee.input.consume(consumed)
        }
        let kept = state.pointee.input.count
        if kept == 0 {
            state.pointee.input.release(to: &state.pointee.reactor.core.pointee.pool)
        } else if state.pointee.takesInput {
            if state.pointee.handler !== handler {
                inputWanted()
            } else if kept > state.pointee.maximumBufferedInput {
                close(
                    afterFlush: false,
                    because: .inputLimitExceeded(buffered: kept, limit: state.pointee.maximumBufferedInput)
                )
            }
        }
    }

    private func conclude(_ outcome: TransportStep?) {
        guard state.pointee.phase == .open else { return }
        switch outcome {
        case nil, .bytes, .ready:
            if state.pointee.takesInput, transport.hasBufferedInput { continueLater() }
        case .wantRead:
            break
        case .wantWrite:
            state.pointee.inputBlockedOn = .writable
        case .endOfStream:
            state.pointee.flags.insert(.endReached)
            // Paused, moving, or about to show a new handler what its predecessor left: the end can wait.
            guard state.pointee.takesInput, !state.pointee.flags.contains(.inputUnseen) else { return }
            state.pointee.flags.insert(.inputEnded)
            state.pointee.handler?.streamEnded(self)
        case .failed(let error):
            linger(.transportFailed(error))
        }
    }
}
