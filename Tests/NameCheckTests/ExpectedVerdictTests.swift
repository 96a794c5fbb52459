import Foundation
import LDNS
import NIOPosix
import TestNameServer
import Testing

@testable import NameCheck

@Suite("Verdicts of zones/")
struct ExpectedVerdictTests {
    private static let expected = ExpectedCases.all

    @Test func `are many`() {
        #expect(Self.expected.cases.count >= 45)
    }

    @Test(arguments: expected.cases.filter { $0.served != "nsd-only" })
    func `are those of expected_json offline`(row: ExpectedCases.Case) async throws {
        let source = ZoneSource(zones: try row.zones.map(ZoneFile.shipped))
        let question = try Self.expected.question(row)
        let verdict = await CNAMECheck(source: source)
            .check(question.domain, against: question.target, siblings: question.siblings)
        #expect(Outcome(verdict) == Outcome(row))
        let exits = ["pass": 0, "warn": 0, "fail": 1, "unknown": 3]
        #expect(exits[row.status] == row.exit)
    }

    @Test func `are the same when NSD serves the files`() async throws {
        let server = try NSDServer(
            folder: ExpectedCases.folder,
            zones: ["example.net", "company.example", "chain.example"]
                .map { NSDServer.Zone(name: $0, file: "\($0).zone") } + [
                    NSDServer.Zone(name: "noorigin.example", file: "noorigin.zone")
                ]
        )
        let source = try await Self.waiting(for: server)
        let rows = Self.expected.cases.filter { $0.served != "never" }
        let questions = try rows.map(Self.expected.question)
        let verdicts = await CNAMECheck(source: source).check(questions, concurrency: 8)
        for (row, verdict) in zip(rows, verdicts) {
            #expect(Outcome(verdict) == Outcome(row), "\(row)")
        }
    }

    @Test func `take well under a second for a thousand names`() async throws {
        let server = try NSDServer(
            folder: ExpectedCases.folder,
            zones: ["example.net", "company.example"].map { NSDServer.Zone(name: $0, file: "\($0).zone") }
        )
        let source = try await Self.waiting(for: server)
        let target = try ExpectedCases.target("mqtt-7f3a-sh-public.mqtt.example.net=public")
        let questions = try (1...1_000).map {
            CheckQuestion(domain: try DNSName("pump-\($0).devices.company.example"), target: target)
        }
        let clock = ContinuousClock()
        let begin = clock.now
        let verdicts = await CNAMECheck(source: source).check(questions, concurrency: 64)
        #expect(verdicts.count == 1_000)
        #expect(verdicts.allSatisfy { $0.code == .ok })
        // A loose bound, for a debug build on a busy machine; it only catches a loss of concurrency.
        #expect(begin.duration(to: clock.now) < .seconds(20))
    }

    /// A look-up source for a server that has begun to answer.
    private static func waiting(for server: NSDServer) async throws -> ResolverSource {
        let address = try #require(IPAddress(server.host).map { ServerAddress(address: $0, port: UInt16(server.port)) })
        let source = ResolverSource(servers: [address], loops: MultiThreadedEventLoopGroup.singleton)
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .seconds(20))
        while clock.now < end {
            try #require(server.isRunning, "NSD ended; install Debian's package nsd")
            if await source.lookup(try DNSName("example.net"), .soa).message != nil { return source }
            await Task.yield()
        }
        Issue.record("NSD did not answer")
        return source
    }
}

/// What NSD does not serve: a faulty server's answers, scripted.
@Suite("Verdicts of faulty servers")
struct FaultyServerTests {
    private static let accessPoint = "mqtt-7f3a-sh-public.mqtt.example.net"

    private static let patient = AttemptSchedule(datagrams: [.seconds(5), .seconds(5)], stream: .seconds(5))
    private static let quick = AttemptSchedule(datagrams: [.milliseconds(100)], stream: .milliseconds(100))

    private func verdict(
        schedule: AttemptSchedule = patient,
        _ script: @escaping TestNameServer.Script
    ) async throws -> CNAMEVerdict {
        try await TestNameServer.run { query in
            guard query.name == Self.accessPoint else { return script(query) }
            return [
                .reply(
                    query.type == 1
                        ? TestAnswer(to: query, .a(Self.accessPoint, [192, 0, 2, 10])).bytes
                        : TestAnswer(to: query).bytes
                )
            ]
        } _: { server in
            let address = try #require(IPAddress(TestNameServer.host))
            let source = ResolverSource(
                servers: [ServerAddress(address: address, port: UInt16(server.port))],
                loops: MultiThreadedEventLoopGroup.singleton,
                schedule: schedule
            )
            return await CNAMECheck(source: source)
                .check(try DNSName("d.example"), against: try ExpectedCases.target("\(Self.accessPoint)=public"))
        }
    }

    @Test func `see an address beside the alias`() async throws {
        let verdict = try await verdict { query in
            switch query.type {
            case 1: [.reply(TestAnswer(to: query, .a("d.example", [198, 51, 100, 1])).bytes)]
            default: [.reply(TestAnswer(to: query, .cname("d.example", Self.accessPoint)).bytes)]
            }
        }
        #expect(verdict.code == .aliasAndOther)
    }

    @Test func `see two aliases`() async throws {
        let verdict = try await verdict { query in
            [
                .reply(
                    TestAnswer(to: query, .cname("d.example", Self.accessPoint), .cname("d.example", "x.example")).bytes
                )
            ]
        }
        #expect(verdict.code == .severalAliases)
    }

    @Test func `see an alias at the apex`() async throws {
        let verdict = try await verdict { query in
            query.type == 6
                ? [.reply(TestAnswer(to: query, .soa("d.example")).bytes)]
                : [.reply(TestAnswer(to: query, .cname("d.example", Self.accessPoint)).bytes)]
        }
        #expect(verdict.code == .aliasAtApex)
    }

    @Test func `take the alias from the address's answer when the question for it fails`() async throws {
        let verdict = try await verdict { query in
            query.type == 5
                ? [.reply(TestAnswer(to: query, code: 2).bytes)]
                : [.reply(TestAnswer(to: query, .cname("d.example", Self.accessPoint)).bytes)]
        }
        #expect(verdict.code == .ok)
    }

    @Test func `believe NXDOMAIN for one type, RFC 8020`() async throws {
        let verdict = try await verdict { query in
            [.reply(TestAnswer(to: query, code: query.type == 28 ? 2 : 3).bytes)]
        }
        #expect(verdict.code == .nameError)
    }

    @Test func `count a time to live only from the zone itself`() async throws {
        let cached = try await verdict { query in
            [.reply(TestAnswer(to: query, .cname("d.example", Self.accessPoint, timeToLive: 5)).bytes)]
        }
        #expect(cached.code == .ok)
        let own = try await verdict { query in
            [
                .reply(
                    TestAnswer(to: query, authoritative: true, .cname("d.example", Self.accessPoint, timeToLive: 5))
                        .bytes
                )
            ]
        }
        #expect(own.code == .timeToLive)
    }

    @Test func `say in time that a silent server was silent`() async throws {
        let verdict = try await verdict(schedule: Self.quick) { _ in [] }
        #expect(verdict.status == .unknown)
        #expect(verdict.code == .timeout)
    }

    @Test func `are bounded for the whole check`() async throws {
        try await TestNameServer.run { _ in
            []
        } _: { server in
            var limits = CheckLimits()
            limits.timePerName = .milliseconds(200)
            let address = try #require(IPAddress(TestNameServer.host))
            let source = ResolverSource(
                servers: [ServerAddress(address: address, port: UInt16(server.port))],
                loops: MultiThreadedEventLoopGroup.singleton
            )
            let clock = ContinuousClock()
            let begin = clock.now
            let verdict = await CNAMECheck(source: source, limits: limits)
                .check(try DNSName("d.example"), against: try ExpectedCases.target("\(Self.accessPoint)=public"))
            #expect(verdict.code == .timeout)
            #expect(begin.duration(to: clock.now) < .seconds(1))
        }
    }
}
