package import LDNS

/// Where records come from: resolvers on the network, or zone files.
package protocol RecordSource: Sendable {
    /// Asks for the records of one name and type. Answers at once when the task is cancelled.
    func lookup(_ name: DNSName, _ type: RecordType) async -> LookupReply

    /// Types that the source knows to stand at a name beside a CNAME; a server on the network does not show them.
    func typesBesideAlias(at name: DNSName) -> [RecordType]
}

/// What came back for one question.
package struct LookupReply: Sendable {
    package var outcome: LookupOutcome
    /// Each server that was asked, in order, with what happened.
    package var exchanges: [ServerExchange]
    /// Whether the source is the zone itself, so that times to live are the zone's own.
    package var isAuthoritative: Bool
    /// Whether the source saw the records come from a wildcard.
    package var isFromWildcard: Bool

    package init(
        outcome: LookupOutcome,
        exchanges: [ServerExchange] = [],
        isAuthoritative: Bool = false,
        isFromWildcard: Bool = false
    ) {
        self.outcome = outcome
        self.exchanges = exchanges
        self.isAuthoritative = isAuthoritative
        self.isFromWildcard = isFromWildcard
    }

    /// The answer, if there is one.
    package var message: Message? {
        guard case .answered(let message) = outcome else { return nil }
        return message
    }

    /// Why there is no answer, if there is none.
    package var failure: LookupFailure? {
        guard case .failed(let failure) = outcome else { return nil }
        return failure
    }
}

/// An answer that proves something, or the reason why nothing is proved.
package enum LookupOutcome: Sendable {
    /// NOERROR or NXDOMAIN.
    case answered(Message)
    case failed(LookupFailure)
}

/// Why a question has no answer. None of these says anything about the name.
package enum LookupFailure: Error, Hashable, Sendable {
    /// Nothing came within the attempts' time.
    case timeout(server: ServerAddress, waited: Duration, attempts: [Transport])
    /// The server was silent for so many questions in a row that it is not asked any more in this run.
    case silentServer(server: ServerAddress, unanswered: Int)
    /// The host or port does not exist for us; `reason` is the system's word.
    case unreachable(server: ServerAddress, reason: String)
    /// Another code than NOERROR and NXDOMAIN.
    case responseCode(server: ServerAddress, ResponseCode, reasons: [ExtendedError])
    /// An answer to the question that is not well formed.
    case malformed(server: ServerAddress, reason: MalformedReason)
    /// The answer did not fit a datagram and TCP failed.
    case truncatedWithoutTCP(server: ServerAddress, reason: String)
    /// No server is configured.
    case noServer
    /// The time for the whole check was over.
    case interrupted
    /// The name lies outside the given zone files.
    case outsideZones(DNSName)
    /// The name lies in a child zone that the given files do not hold.
    case delegated(DNSName, to: DNSName)
    /// A name that no query can carry.
    case unaskable(DNSName, reason: String)
}

/// How a question was carried.
package enum Transport: String, Hashable, Sendable {
    case udp
    case tcp
}

/// One server's part in a look-up.
package struct ServerExchange: Hashable, Sendable {
    package let server: ServerAddress
    package var responseCode: ResponseCode?
    /// The transport of the answer, or of the last attempt.
    package var transport: Transport = .udp
    /// From the first datagram to the answer.
    package var elapsed: Duration = .zero
    /// Messages that were no answer to the question, by reason.
    package var discarded: [ForeignReason: Int] = [:]
    package var eDNSProblem: EDNSProblem?
    package var failure: LookupFailure?

    package init(server: ServerAddress) {
        self.server = server
    }
}

/// A server that answers only without EDNS.
package enum EDNSProblem: Hashable, Sendable {
    /// It answered the query with EDNS by an error code.
    case refused(ResponseCode)
    /// It was silent to the query with EDNS; a lost datagram looks the same.
    case silent
}
