import Synchronization

/// What all questions of a run to one server share: how many are on their way, and what it was seen to do.
///
/// 256 questions at once lost datagrams at one NSD worker where 64 lost none.
final class ServerGate: Sendable {
    /// Whether a question may be sent.
    enum Admission: Hashable {
        case granted
        /// The server left this many questions in a row without an answer.
        case silent(unanswered: Int)
        case interrupted
    }

    private struct State {
        var inFlight = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextID: UInt64 = 0
        /// In a row.
        var unanswered = 0
        var refusesEDNS = false
    }

    private let limit: Int
    private let patience: Int
    private let state = Mutex(State())

    /// `limit`: questions on their way at once. `patience`: questions in a row without an
    /// answer before the server counts as silent for the rest of the run.
    init(limit: Int, patience: Int) {
        self.limit = limit
        self.patience = patience
    }

    /// Whether the server has refused EDNS before.
    var refusesEDNS: Bool {
        get { state.withLock { $0.refusesEDNS } }
        set { state.withLock { $0.refusesEDNS = newValue } }
    }

    /// Waits for a free place. Every `.granted` must be given back by ``leave(answered:)``.
    func enter() async -> Admission {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let hasPlace = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDecided: Bool? = state.withLock { state in
                    guard !Task.isCancelled else { return false }
                    guard state.inFlight >= limit, !isSilent(state) else {
                        state.inFlight += 1
                        return true
                    }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let isDecided { continuation.resume(returning: isDecided) }
            }
        } onCancel: {
            withdraw(id)
        }
        guard hasPlace else { return .interrupted }
        let unanswered = state.withLock { isSilent($0) ? $0.unanswered : nil }
        guard let unanswered else { return .granted }
        release()
        return .silent(unanswered: unanswered)
    }

    /// Gives the place back; `answered` is nil when the question says nothing about the server.
    func leave(answered: Bool?) {
        state.withLock { state in
            switch answered {
            case true: state.unanswered = 0
            case false: state.unanswered += 1
            case nil: break
            }
        }
        release()
    }

    private func release() {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.inFlight -= 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }

    private func withdraw(_ id: UInt64) {
        let continuation = state.withLock { state in
            state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
        }
        continuation?.resume(returning: false)
    }

    private func isSilent(_ state: borrowing State) -> Bool {
        state.unanswered >= patience
    }
}
