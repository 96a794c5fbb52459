import LDNS
import NIOCore

/// How long each attempt waits: two datagrams, then a TCP connection.
package struct AttemptSchedule: Hashable, Sendable {
    package var datagrams: [Duration]
    package var stream: Duration

    /// 1 s, 2 s, then 3 s over TCP.
    package static let standard = AttemptSchedule(datagrams: [.seconds(1), .seconds(2)], stream: .seconds(3))

    package init(datagrams: [Duration], stream: Duration) {
        self.datagrams = datagrams
        self.stream = stream
    }
}

/// One server that is asked, with its rules: a fresh socket and mixed case per question, EDNS first and then none, TCP
/// where a datagram cannot be believed or does not suffice.
final class NameServer: Sendable {
    let address: ServerAddress
    private let loops: any EventLoopGroup
    private let schedule: AttemptSchedule
    private let gate: ServerGate

    /// What fits every path without fragments (DNS flag day 2020).
    static let payloadSize: UInt16 = 1232

    init(address: ServerAddress, loops: any EventLoopGroup, schedule: AttemptSchedule, limits: CheckLimits) {
        self.address = address
        self.loops = loops
        self.schedule = schedule
        self.gate = ServerGate(limit: limits.questionsPerServer, patience: limits.unansweredQuestions)
    }

    /// Asks one question with all its attempts.
    func ask(_ name: DNSName, _ type: RecordType) async -> (LookupOutcome, ServerExchange) {
        switch await gate.enter() {
        case .granted: break
        case .silent(let unanswered): return failed(.silentServer(server: address, unanswered: unanswered))
        case .interrupted: return failed(.interrupted)
        }
        var question = Question(server: self, name: name, type: type)
        let outcome = await question.ask()
        switch outcome {
        case .failed(.timeout): gate.leave(answered: false)
        case .failed(.interrupted), .failed(.unreachable): gate.leave(answered: nil)
        case .answered, .failed: gate.leave(answered: true)
        }
        return (outcome, question.exchange)
    }

    private func failed(_ failure: LookupFailure) -> (LookupOutcome, ServerExchange) {
        var exchange = ServerExchange(server: address)
        exchange.failure = failure
        return (.failed(failure), exchange)
    }
}

extension NameServer {
    /// The attempts for one question, and what they showed.
    private struct Question {
        let server: NameServer
        let name: DNSName
        let type: RecordType
        var exchange: ServerExchange
        private var usesEDNS: Bool
        private var attempts: [Transport] = []
        private let started = ContinuousClock.now

        init(server: NameServer, name: DNSName, type: RecordType) {
            self.server = server
            self.name = name
            self.type = type
            self.exchange = ServerExchange(server: server.address)
            self.usesEDNS = !server.gate.refusesEDNS
        }

        mutating func ask() async -> LookupOutcome {
            let outcome: LookupOutcome
            do throws(LookupFailure) {
                outcome = .answered(try await answer())
            } catch {
                exchange.failure = error
                outcome = .failed(error)
            }
            exchange.elapsed = started.duration(to: .now)
            return outcome
        }

        private mutating func answer() async throws(LookupFailure) -> Message {
            for patience in server.schedule.datagrams {
                let outcome = try await datagram(patience)
                switch outcome {
                case .answered(let answer):
                    let message = try parse(answer)
                    if !usesEDNS && !server.gate.refusesEDNS { exchange.eDNSProblem = .silent }
                    guard usesEDNS, message.responseCode.mayMeanEDNS else { return try accept(message) }
                    // RFC 6891 § 6.2.2: once more without EDNS.
                    usesEDNS = false
                    if let plain = try await messageByDatagram(patience), !plain.responseCode.mayMeanEDNS {
                        exchange.eDNSProblem = .refused(message.responseCode)
                        server.gate.refusesEDNS = true
                        return try accept(plain)
                    }
                    return try accept(message)
                case .interrupted:
                    throw .interrupted
                case .silence:
                    usesEDNS = false
                case .truncated, .distrusted, .malformed, .unreachable:
                    return try await stream(after: outcome)
                }
            }
            return try await stream(after: .silence)
        }

        private mutating func messageByDatagram(_ patience: Duration) async throws(LookupFailure) -> Message? {
            guard case .answered(let answer) = try await datagram(patience) else { return nil }
            return try parse(answer)
        }

        private mutating func datagram(_ patience: Duration) async throws(LookupFailure) -> AttemptOutcome {
            attempts.append(.udp)
            exchange.transport = .udp
            let attempt = DatagramAttempt(
                loop: server.loops.next(),
                server: server.address,
                query: try query(mixedCase: true),
                patience: TimeAmount(patience)
            )
            let result = await attempt.run()
            exchange.discarded.merge(result.discarded, uniquingKeysWith: +)
            return result.outcome
        }

        /// Asks over TCP because of what a datagram brought.
        private mutating func stream(after cause: AttemptOutcome) async throws(LookupFailure) -> Message {
            attempts.append(.tcp)
            exchange.transport = .tcp
            let attempt = StreamAttempt(
                loop: server.loops.next(),
                server: server.address,
                query: try query(mixedCase: false),
                patience: TimeAmount(server.schedule.stream)
            )
            switch await attempt.run().outcome {
            case .answered(let answer): return try accept(try parse(answer))
            case .malformed(let reason): throw .malformed(server: server.address, reason: reason)
            case .interrupted: throw .interrupted
            case .unreachable(let reason): throw failure(cause, thenByTCP: reason)
            case .silence, .truncated, .distrusted: throw failure(cause, thenByTCP: "no answer")
            }
        }

        /// What it means when TCP failed too. A broken datagram may have been a forger's good guess, so TCP had the
        /// chance to show better.
        private func failure(_ cause: AttemptOutcome, thenByTCP reason: String) -> LookupFailure {
            switch cause {
            case .truncated: .truncatedWithoutTCP(server: server.address, reason: reason)
            case .malformed(let found): .malformed(server: server.address, reason: found)
            case .unreachable(let reason): .unreachable(server: server.address, reason: reason)
            case .answered, .distrusted, .silence, .interrupted:
                .timeout(server: server.address, waited: started.duration(to: .now), attempts: attempts)
            }
        }

        private func query(mixedCase: Bool) throws(LookupFailure) -> Query {
            var generator = SystemRandomNumberGenerator()
            do throws(LDNSError) {
                return try Query(
                    name: name,
                    type: type,
                    mixedCase: mixedCase,
                    payloadSize: usesEDNS ? NameServer.payloadSize : nil,
                    using: &generator
                )
            } catch {
                throw .unaskable(name, reason: "\(error)")
            }
        }

        private func parse(_ answer: CheckedAnswer) throws(LookupFailure) -> Message {
            do throws(LDNSError) {
                return try Message(answer)
            } catch {
                throw .malformed(server: server.address, reason: .parser("\(error)"))
            }
        }

        /// Only NOERROR and NXDOMAIN say something about the name.
        private mutating func accept(_ message: Message) throws(LookupFailure) -> Message {
            exchange.responseCode = message.responseCode
            guard [.noError, .nameError].contains(message.responseCode) else {
                throw .responseCode(
                    server: server.address,
                    message.responseCode,
                    reasons: message.extendedErrors
                )
            }
            return message
        }
    }
}

extension ResponseCode {
    /// Whether a server may answer so because it does not know EDNS.
    fileprivate var mayMeanEDNS: Bool {
        [.formatError, .notImplemented, .badVersion].contains(self)
    }
}
