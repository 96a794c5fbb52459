import LDNS

/// The wait for one query's answer among datagrams that may be anybody's.
struct AnswerWait: ~Copyable {
    let query: Query
    private(set) var discarded: [ForeignReason: Int] = [:]

    /// Datagrams of a forger after which only TCP is believed; BIND goes to TCP at the first.
    static let maximumForeign = 3

    /// What to do after a datagram.
    enum Action {
        case keepWaiting
        case finish(AttemptOutcome)
    }

    init(query: Query) {
        self.query = query
    }

    /// Judges one datagram.
    mutating func receive(_ bytes: [UInt8]) -> Action {
        switch AnswerScan(bytes, answering: query) {
        case .accepted(let answer): return .finish(.answered(answer))
        case .truncated: return .finish(.truncated)
        case .malformed(let reason): return .finish(.malformed(reason))
        case .foreign(let reason):
            discarded[reason, default: 0] += 1
            // A server that writes the question in lower case will do so again: ask it where case does not matter.
            let isHopeless = reason == .wrongCase || discarded.values.reduce(0, +) >= Self.maximumForeign
            return isHopeless ? .finish(.distrusted) : .keepWaiting
        }
    }
}

/// How one attempt to get an answer ended.
enum AttemptOutcome: Sendable {
    case answered(CheckedAnswer)
    /// Cut off: TCP has the whole answer.
    case truncated
    /// Too many foreign datagrams to believe any on this socket.
    case distrusted
    case malformed(MalformedReason)
    case silence
    /// The system says that host or port is not there.
    case unreachable(String)
    /// The task was cancelled.
    case interrupted
}

/// An attempt's end with what was dropped on the way.
struct AttemptResult: Sendable {
    var outcome: AttemptOutcome
    var discarded: [ForeignReason: Int] = [:]
}
