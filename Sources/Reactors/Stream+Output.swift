/// Writing: everything queued leaves in as few transport writes as it takes.
extension Stream {
    func outputGrew(by count: Int) {
        state.pointee.writtenBytes &+= UInt64(count)
        if state.pointee.output.count > state.pointee.highWaterMark { state.pointee.flags.insert(.backedUp) }
        settleAtEndOfTurn()
    }

    /// Writes what is queued, then ends our direction when that was asked for, then ends a closing stream.
    func flushOutput() {
        guard state.pointee.outputBlockedOn.isEmpty else { return }
        var written = 0
        while !state.pointee.output.isEmpty {
            guard written < StreamLimits.writePerTurn else { return settleAtEndOfTurn() }
            switch transport.write(state.pointee.output.bytes) {
            case .bytes(let count):
                state.pointee.output.consume(count)
                written += count
            case .wantRead:
                state.pointee.outputBlockedOn = .readable
                return drainedIfLow()
            case .wantWrite, .ready:
                state.pointee.outputBlockedOn = .writable
                return drainedIfLow()
            case .endOfStream:
                return terminate(.transportFailed(ReactorError.callFailed(.send, errno: Self.brokenPipe)))
            case .failed(let error):
                return terminate(.transportFailed(error))
            }
        }
        if written > 0 { state.pointee.output.release(to: &state.pointee.reactor.core.pointee.pool) }
        if state.pointee.flags.contains(.finishRequested) { finishOutput() }
        drainedIfLow()
    }

    private func finishOutput() {
        if !state.pointee.flags.contains(.outputFinished) {
            switch transport.finish() {
            case .wantRead:
                state.pointee.outputBlockedOn = .readable
                return
            case .wantWrite:
                state.pointee.outputBlockedOn = .writable
                return
            case .ready, .bytes, .endOfStream:
                state.pointee.flags.insert(.outputFinished)
            case .failed(let error):
                // A closing stream has nothing more to lose: the peer was simply first.
                if state.pointee.phase == .open { return terminate(.transportFailed(error)) }
            }
        }
        if state.pointee.phase == .closing { linger(state.pointee.closeReason) }
    }

    private func drainedIfLow() {
        guard state.pointee.flags.contains(.backedUp), state.pointee.output.count <= state.pointee.lowWaterMark,
            state.pointee.phase == .open
        else { return }
        state.pointee.flags.remove(.backedUp)
        state.pointee.handler?.streamDrained(self)
    }
}
