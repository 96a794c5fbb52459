import LDNS
import NIOCore
import NIOPosix
import TestNameServer
import Testing

@testable import NameCheck

/// Short attempts: only tests of silence wait for them.
private let quick = AttemptSchedule(datagrams: [.milliseconds(150), .milliseconds(150)], stream: .milliseconds(300))
private let patient = AttemptSchedule(datagrams: [.seconds(5), .seconds(5)], stream: .seconds(5))

/// The first datagram gets no answer, what follows has time.
private let lossy = AttemptSchedule(datagrams: [.milliseconds(150), .seconds(5)], stream: .seconds(5))
/// Datagrams have time, a connection has not.
private let hasty = AttemptSchedule(datagrams: [.seconds(5)], stream: .milliseconds(300))

private func source(_ server: TestNameServer, _ schedule: AttemptSchedule = patient) -> ResolverSource {
    source([server.port], schedule)
}

private func source(_ ports: [Int], _ schedule: AttemptSchedule = patient) -> ResolverSource {
    let address = IPAddress(TestNameServer.host) ?? IPAddress(bytes: [127, 0, 0, 1])
    let servers = ports.compactMap { port in address.map { ServerAddress(address: $0, port: UInt16(port)) } }
    return ResolverSource(servers: servers, loops: MultiThreadedEventLoopGroup.singleton, schedule: schedule)
}

private func alias(_ query: TestQuery, to target: String = "ap.example.net") -> TestAnswer {
    TestAnswer(to: query, .cname("d.example", target))
}

private func lookup(_ source: ResolverSource) async throws -> LookupReply {
    await source.lookup(try DNSName("d.example"), .cname)
}

private func targets(_ reply: LookupReply) -> [String] {
    reply.message?.answers.map { "\($0.data)" } ?? []
}

@Suite("Look-up")
struct LookupTests {
    @Test func `takes the true answer`() async throws {
        try await TestNameServer.run {
            [.reply(alias($0).bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(reply.exchanges.map(\.transport) == [.udp])
            #expect(server.queries.map(\.hasEDNS) == [true])
        }
    }

    @Test func `drops an answer with another id and waits for the true one`() async throws {
        try await TestNameServer.run { query in
            var lie = alias(query, to: "evil.example")
            lie.identifier[0] ^= 0xFF
            return [.reply(lie.bytes), .reply(alias(query).bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(reply.exchanges.first?.discarded == [.wrongIdentifier: 1])
        }
    }

    @Test func `drops an answer to another question`() async throws {
        try await TestNameServer.run { query in
            var lie = alias(query, to: "evil.example")
            lie.question = TestRecord.name("e.example") + [0, 5, 0, 1]
            return [.reply(lie.bytes), .reply(alias(query).bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(reply.exchanges.first?.discarded == [.wrongQuestion: 1])
        }
    }

    @Test func `never sees an answer from another port`() async throws {
        try await TestNameServer.run { query in
            [
                .replyFromElsewhere(alias(query, to: "evil.example").bytes), .wait(.milliseconds(50)),
                .reply(alias(query).bytes),
            ]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(reply.exchanges.first?.discarded == [:])
        }
    }

    @Test func `drops garbage and waits on`() async throws {
        try await TestNameServer.run {
            [.reply([1, 2, 3]), .reply([]), .reply(alias($0).bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(reply.exchanges.first?.discarded[.tooShort] ?? 0 >= 1)
        }
    }

    @Test func `asks over TCP after three forged datagrams`() async throws {
        try await TestNameServer.run { query in
            guard query.transport == .udp else { return [.reply(alias(query).bytes)] }
            var lie = alias(query, to: "evil.example")
            lie.identifier[1] ^= 1
            return [.reply(lie.bytes), .reply(lie.bytes), .reply(lie.bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(reply.exchanges.first?.transport == .tcp)
            #expect(reply.exchanges.first?.discarded == [.wrongIdentifier: 3])
        }
    }

    @Test func `asks over TCP when the server writes the question in lower case`() async throws {
        try await TestNameServer.run { query in
            var answer = alias(query)
            let lower = TestRecord.name("d.example") + [0, 5, 0, 1]
            // One letter of the nine may be sent in lower case throughout; then there is no lie to see.
            answer.question = query.question == lower ? TestRecord.name("D.EXAMPLE") + [0, 5, 0, 1] : lower
            return [.reply(answer.bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(reply.exchanges.first?.transport == .tcp)
        }
    }

    @Test func `fetches a truncated answer over TCP`() async throws {
        try await TestNameServer.run { query in
            query.transport == .udp ? [.reply(alias(query).truncated)] : [.reply(alias(query).bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(server.queries.map(\.transport) == [.udp, .tcp])
        }
    }

    @Test func `says that TCP fails after a truncated answer`() async throws {
        try await TestNameServer.run { query in
            query.transport == .udp ? [.reply(alias(query).truncated)] : [.close]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(reply.failure?.code == .tcpBroken)
        }
    }

    @Test func `bounds a dripping TCP answer as a whole`() async throws {
        try await TestNameServer.run { query in
            guard query.transport == .tcp else { return [.reply(alias(query).truncated)] }
            return [.drip(alias(query).bytes, every: .milliseconds(60))]
        } _: { server in
            let clock = ContinuousClock()
            let begin = clock.now
            let reply = try await lookup(source(server, hasty))
            #expect(reply.failure?.code == .tcpBroken)
            #expect(begin.duration(to: clock.now) < .seconds(2))
        }
    }

    @Test func `reads a TCP answer that comes in pieces`() async throws {
        try await TestNameServer.run { query in
            guard query.transport == .tcp else { return [.reply(alias(query).truncated)] }
            return [.drip(alias(query).bytes, every: .microseconds(100))]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
        }
    }

    @Test func `tries twice by datagram and once over TCP before it calls a server silent`() async throws {
        try await TestNameServer.run { _ in
            []
        } _: { server in
            let reply = try await lookup(source(server, quick))
            guard case .timeout(_, _, let attempts) = reply.failure else {
                Issue.record("needed a timeout, found \(reply.outcome)")
                return
            }
            #expect(attempts == [.udp, .udp, .tcp])
            #expect(server.queries.map(\.hasEDNS) == [true, false, false])
        }
    }

    @Test func `takes an answer that comes late, but in time`() async throws {
        try await TestNameServer.run {
            [.wait(.milliseconds(120)), .reply(alias($0).bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
        }
    }

    @Test(arguments: [(UInt8(5), VerdictCode.refused), (2, .serverFailure), (9, .serverFailure)])
    func `takes no other code for an answer`(number: UInt8, expected: VerdictCode) async throws {
        try await TestNameServer.run {
            [.reply(TestAnswer(to: $0, code: number).bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(reply.failure?.code == expected)
        }
    }

    @Test func `goes on without EDNS after FORMERR, and remembers it`() async throws {
        try await TestNameServer.run { query in
            [.reply(query.hasEDNS ? TestAnswer(to: query, code: 1).bytes : alias(query).bytes)]
        } _: { server in
            let source = source(server)
            let first = try await lookup(source)
            #expect(targets(first) == ["ap.example.net."])
            #expect(first.exchanges.first?.eDNSProblem == .refused(.formatError))
            _ = try await lookup(source)
            #expect(server.queries.map(\.hasEDNS) == [true, false, false])
        }
    }

    @Test func `goes on without EDNS after silence`() async throws {
        try await TestNameServer.run {
            $0.hasEDNS ? [] : [.reply(alias($0).bytes)]
        } _: { server in
            let reply = try await lookup(source(server, lossy))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(reply.exchanges.first?.eDNSProblem == .silent)
        }
    }

    @Test func `never reads an oversized record`() async throws {
        try await TestNameServer.run { query in
            let long = TestRecord("d.example", type: 16, data: Array(repeating: 0, count: 16_384))
            return query.transport == .udp
                ? [.reply(TestAnswer(to: query).truncated)] : [.reply(TestAnswer(to: query, long).bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(reply.failure?.code == .malformed)
        }
    }

    @Test func `asks over TCP before it calls an answer malformed`() async throws {
        try await TestNameServer.run { query in
            var answer = alias(query)
            if query.transport == .udp { answer.tail = [0] }
            return [.reply(answer.bytes)]
        } _: { server in
            let reply = try await lookup(source(server))
            #expect(targets(reply) == ["ap.example.net."])
        }
    }

    @Test func `sees a closed port at once`() async throws {
        let port = try await TestNameServer.run({ _ in [] }, { $0.port })
        let clock = ContinuousClock()
        let begin = clock.now
        let reply = try await lookup(source([port]))
        #expect(reply.failure?.code == .unreachable)
        #expect(begin.duration(to: clock.now) < .seconds(2))
    }

    @Test func `asks the next resolver when the first cannot answer`() async throws {
        let closed = try await TestNameServer.run({ _ in [] }, { $0.port })
        try await TestNameServer.run {
            [.reply(alias($0).bytes)]
        } _: { server in
            let reply = try await lookup(source([closed, server.port]))
            #expect(targets(reply) == ["ap.example.net."])
            #expect(reply.exchanges.map(\.failure?.code) == [.unreachable, nil])
        }
    }

    @Test func `ends at once when it is cancelled`() async throws {
        try await TestNameServer.run { _ in
            []
        } _: { server in
            let clock = ContinuousClock()
            let begin = clock.now
            let source = source(server)
            let task = Task { try await lookup(source) }
            while server.queries.isEmpty { await Task.yield() }
            task.cancel()
            let reply = try await task.value
            #expect(reply.failure == .interrupted)
            #expect(begin.duration(to: clock.now) < .seconds(3))
        }
    }

    @Test func `gives up a server that never answered`() async throws {
        try await TestNameServer.run { _ in
            []
        } _: { server in
            var limits = CheckLimits()
            limits.unansweredQuestions = 2
            let address = IPAddress(TestNameServer.host).map { ServerAddress(address: $0, port: UInt16(server.port)) }
            let source = ResolverSource(
                servers: address.map { [$0] } ?? [],
                loops: MultiThreadedEventLoopGroup.singleton,
                schedule: quick,
                limits: limits
            )
            _ = try await lookup(source)
            _ = try await lookup(source)
            let asked = server.queries.count
            guard case .silentServer(_, unanswered: 2) = try await lookup(source).failure else {
                Issue.record("needed to be given up")
                return
            }
            #expect(server.queries.count == asked)
        }
    }
}

@Suite("Server gate")
struct ServerGateTests {
    @Test func `lets as many in as its limit, the others in turn`() async {
        let gate = ServerGate(limit: 2, patience: 10)
        #expect(await gate.enter() == .granted)
        #expect(await gate.enter() == .granted)
        async let third = gate.enter()
        gate.leave(answered: true)
        #expect(await third == .granted)
    }

    @Test func `lets a cancelled one go without a place`() async {
        let gate = ServerGate(limit: 1, patience: 10)
        #expect(await gate.enter() == .granted)
        let waiting = Task { await gate.enter() }
        waiting.cancel()
        #expect(await waiting.value == .interrupted)
        gate.leave(answered: true)
        #expect(await gate.enter() == .granted)
    }

    @Test func `turns all away once the server is silent`() async {
        let gate = ServerGate(limit: 1, patience: 1)
        #expect(await gate.enter() == .granted)
        async let second = gate.enter()
        gate.leave(answered: false)
        #expect(await second == .silent(unanswered: 1))
        #expect(await gate.enter() == .silent(unanswered: 1))
    }

    @Test func `counts unanswered questions in a row`() async {
        let gate = ServerGate(limit: 1, patience: 2)
        for answered in [false, true, false, nil] {
            #expect(await gate.enter() == .granted)
            gate.leave(answered: answered)
        }
        #expect(await gate.enter() == .granted)
        gate.leave(answered: false)
        #expect(await gate.enter() == .silent(unanswered: 2))
    }
}
