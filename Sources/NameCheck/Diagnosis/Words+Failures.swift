import LDNS

extension Words {
    static func notAsked(_ name: DNSName, _ failure: LookupFailure) -> String {
        "could not ask for \(name.undotted): \(failure). Nothing is proved"
    }

    static func endNotAsked(_ facts: NameFacts, end: DNSName, _ failure: LookupFailure) -> String {
        "\(facts.domain.undotted) points to \(end.undotted), and what is there could not be asked: \(failure). Nothing is proved"
    }

    static func rightButNotAsked(_ facts: NameFacts, _ failure: LookupFailure) -> String {
        "the record is right; whether \(facts.target.name.undotted) has an address could not be asked: \(failure)"
    }

    static func notComparable(_ facts: NameFacts, _ failure: LookupFailure) -> String {
        "\(facts.domain.undotted) has addresses of its own, and those of \(facts.target.name.undotted) could not be asked: \(failure). "
            + "Nothing is proved"
    }

    static func madeGood(_ failure: LookupFailure) -> String {
        "\(failure); another resolver answered"
    }

    static func spoofed(_ server: ServerAddress, _ discarded: [ForeignReason: Int]) -> String {
        let counts = discarded.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) × \($0.key.rawValue)" }
        return "dropped from \(server): \(counts.joined(separator: ", ")). "
            + "Someone forges answers, or the server is faulty"
    }

    static func ednsBroken(_ server: ServerAddress, _ problem: EDNSProblem) -> String {
        switch problem {
        case .refused(let code): "\(server) answers \(code) to EDNS and only without it as asked"
        case .silent: "\(server) was silent to EDNS and answered without it; a lost datagram looks the same"
        }
    }
}

extension LookupFailure: CustomStringConvertible {
    /// What kept the question from being answered, and what to try.
    package var description: String {
        switch self {
        case .timeout(let server, let waited, let attempts):
            "no answer from \(server) in \(waited.seconds) s (\(attempts.map(\.rawValue).joined(separator: ", ")))"
                + "; try --resolver"
        case .silentServer(let server, let unanswered):
            "\(server) left \(unanswered) questions in a row without an answer; try --resolver"
        case .unreachable(let server, let reason): "\(server) cannot be reached: \(reason); try --resolver"
        case .responseCode(let server, let code, let reasons):
            "\(server) answers \(code)\(reasons.map(\.words).joined()); try --resolver"
        case .malformed(let server, let reason): "\(server) sends a broken answer: \(reason)"
        case .truncatedWithoutTCP(let server, let reason):
            "the answer of \(server) needs TCP, and that fails: \(reason); open TCP port \(server.port)"
        case .noServer: "no resolver is known; give --resolver"
        case .interrupted: "the time for the whole check was over; try --timeout"
        case .outsideZones(let name): "\(name.undotted) lies outside the given zone files; add its zone by --zone"
        case .delegated(let name, let zone):
            "\(name.undotted) belongs to \(zone.undotted), a zone of other servers; add its file by --zone"
        case .unaskable(let name, let reason): "\(name.undotted) cannot be asked for: \(reason)"
        }
    }
}

extension ExtendedError {
    fileprivate var words: String {
        text.isEmpty ? " (extended error \(code))" : " (extended error \(code): \(text))"
    }
}

extension Duration {
    /// Seconds with one decimal.
    package var seconds: String {
        let tenths =
            (components.seconds * 10) + (components.attoseconds + 50_000_000_000_000_000) / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
