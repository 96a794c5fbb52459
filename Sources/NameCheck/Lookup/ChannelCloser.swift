import NIOCore
import Synchronization

/// Closes the channel of an attempt when its task is cancelled, whichever of the two comes first.
final class ChannelCloser: Sendable {
    private enum State {
        case waiting
        case open(any Channel)
        case cancelled
    }

    private let state = Mutex(State.waiting)

    /// Called once, when the channel exists.
    func attach(_ channel: any Channel) {
        let isCancelled = state.withLock { state in
            if case .cancelled = state { return true }
            state = .open(channel)
            return false
        }
        if isCancelled {
            channel.close(promise: nil)
        }
    }

    func cancel() {
        let channel: (any Channel)? = state.withLock { state in
            defer { state = .cancelled }
            if case .open(let channel) = state { return channel }
            return nil
        }
        channel?.close(promise: nil)
    }
}
