import LDNS
import Testing

@testable import NameCheck

/// A row: what was seen, and what must be said.
struct DiagnosisRow: Sendable, CustomTestStringConvertible {
    let reason: String
    let facts: NameFacts
    let code: VerdictCode
    let status: CheckStatus
    let hint: TargetHint?
    /// Codes of all issues, worst first; nil where only the verdict matters.
    let issues: [VerdictCode]?

    var testDescription: String { reason }

    init(
        _ reason: String,
        _ facts: NameFacts,
        _ code: VerdictCode,
        _ status: CheckStatus,
        hint: TargetHint? = nil,
        issues: [VerdictCode]? = nil
    ) {
        self.reason = reason
        self.facts = facts
        self.code = code
        self.status = status
        self.hint = hint
        self.issues = issues
    }
}

private func name(_ text: String) -> DNSName {
    (try? DNSName(text)) ?? .root
}

private func address(_ text: String) -> IPAddress {
    IPAddress(text) ?? IPAddress(bytes: [0, 0, 0, 0]) ?? address("0.0.0.0")
}

private let accessPoint = "mqtt-7f3a-sh-public.mqtt.example.net"
private let endpoint = "mqtt-7f3a-sh-vpce-0b1c.mqtt.example.net"
private let resolver = ServerAddress(address: address("192.0.2.53"))
private let second = ServerAddress(address: address("192.0.2.54"))
private let known: [IPAddress] = [address("192.0.2.10"), address("2001:db8::10")]

private func hop(_ from: String, _ to: String, ttl: UInt32 = 600, authoritative: Bool = true) -> Hop {
    Hop(name: name(from), target: name(to), timeToLive: ttl, isAuthoritative: authoritative)
}

/// Aliases d → h2 → … → the last name.
private func chain(_ count: Int, to end: String = accessPoint) -> [Hop] {
    (1...count).map {
        hop($0 == 1 ? "d.company.example" : "h\($0).company.example", $0 == count ? end : "h\($0 + 1).company.example")
    }
}

private func facts(
    _ hops: [Hop],
    _ end: ChainEnd,
    kind: AccessPointKind = .public,
    target: AddressFacts = .found(known),
    siblings: [ExpectedTarget] = [ExpectedTarget(name: name(endpoint), kind: .vpc)],
    change: (inout NameFacts) -> Void = { _ in }
) -> NameFacts {
    var facts = NameFacts(
        domain: name("d.company.example"),
        target: ExpectedTarget(name: name(accessPoint), kind: kind),
        siblings: siblings,
        hops: hops,
        end: end,
        targetAddresses: target
    )
    change(&facts)
    return facts
}

private func own(_ addresses: String..., failure: LookupFailure? = nil) -> ChainEnd {
    .name(name("d.company.example"), .found(addresses.map(address), failure: failure))
}

private func foreign(_ end: String, _ addresses: AddressFacts) -> NameFacts {
    facts(chain(1, to: end), .name(name(end), addresses))
}

private let reached = ChainEnd.accessPoint(name(accessPoint))
private let timeout = LookupFailure.timeout(server: resolver, waited: .seconds(6), attempts: [.udp, .udp, .tcp])

private func code(_ code: ResponseCode) -> LookupFailure { .responseCode(server: resolver, code, reasons: []) }

private func exchange(_ server: ServerAddress, _ change: (inout ServerExchange) -> Void) -> ServerExchange {
    var exchange = ServerExchange(server: server)
    change(&exchange)
    return exchange
}

@Suite("Diagnosis")
struct DiagnosisTests {
    static let right: [DiagnosisRow] = [
        DiagnosisRow("one alias to the access point", facts(chain(1), reached), .ok, .pass, issues: []),
        DiagnosisRow("two aliases", facts(chain(2), reached), .okChain, .pass),
        DiagnosisRow("three aliases", facts(chain(3), reached), .okChain, .pass),
        DiagnosisRow("four aliases", facts(chain(4), reached), .chainLong, .warn),
        DiagnosisRow("eight aliases", facts(chain(8), reached), .chainLong, .warn),
        DiagnosisRow("nine aliases", facts(chain(9), reached), .chainTooLong, .fail),
        DiagnosisRow(
            "a chain without an end in sight",
            facts(chain(16), .tooManyAliases(name("h17.company.example"))),
            .chainTooLong,
            .fail
        ),
        DiagnosisRow(
            "an inner address behind a VPC endpoint",
            facts(chain(1), reached, kind: .vpc, target: .found([address("10.0.0.5")])),
            .ok,
            .pass,
            issues: [.privateAddress]
        ),
    ]

    static let wrong: [DiagnosisRow] = [
        DiagnosisRow(
            "the value without its final dot",
            foreign("\(accessPoint).company.example", .nameError),
            .wrongTarget,
            .fail,
            hint: .missingDot,
            issues: [.wrongTarget]
        ),
        DiagnosisRow(
            "the value without its final dot, under a wildcard that answers",
            foreign("\(accessPoint).company.example", .found([address("198.51.100.1")])),
            .wrongTarget,
            .fail,
            hint: .missingDot
        ),
        DiagnosisRow(
            "the parent's zone appended",
            foreign("\(accessPoint).example", .nameError),
            .wrongTarget,
            .fail,
            hint: .missingDot
        ),
        DiagnosisRow(
            "two letters off, and nothing there",
            foreign("mqtt-7f3a-sh-pubilc.mqtt.example.net", .nameError),
            .wrongTarget,
            .fail,
            hint: .typo,
            issues: [.wrongTarget, .danglingHop]
        ),
        DiagnosisRow(
            "a letter off in the suffix",
            foreign("mqtt-7f3a-sh-public.mqtt.exmple.net", .nameError),
            .wrongTarget,
            .fail,
            hint: .typo
        ),
        DiagnosisRow(
            "a letter off, and somebody there",
            foreign("mqtt-7f3b-sh-public.mqtt.example.net", .found([address("192.0.2.77")])),
            .wrongTarget,
            .fail,
            hint: .otherCluster
        ),
        DiagnosisRow(
            "another cluster's access point",
            foreign("mqtt-9c21-sh-public.mqtt.example.net", .found([address("192.0.2.77")])),
            .wrongTarget,
            .fail,
            hint: .otherCluster
        ),
        DiagnosisRow(
            "another cluster's access point that is gone",
            foreign("mqtt-9c21-sh-public.mqtt.example.net", .nameError),
            .wrongTarget,
            .fail,
            hint: .otherCluster
        ),
        DiagnosisRow(
            "another service",
            foreign("www.other.example", .found([address("198.51.100.1")])),
            .wrongTarget,
            .fail
        ),
        DiagnosisRow("a name that does not exist", foreign("www.other.example", .nameError), .danglingHop, .fail),
        DiagnosisRow("a name without an address", foreign("www.other.example", .noData), .danglingHop, .fail),
        DiagnosisRow(
            "the VPC endpoint instead of the public access point",
            facts(chain(1, to: endpoint), .accessPoint(name(endpoint))),
            .wrongKind,
            .fail
        ),
        DiagnosisRow(
            "the cluster's other public access point",
            facts(
                chain(1, to: endpoint),
                .accessPoint(name(endpoint)),
                siblings: [ExpectedTarget(name: name(endpoint), kind: .public)]
            ),
            .wrongTarget,
            .fail
        ),
        DiagnosisRow(
            "a long way to another service",
            facts(
                chain(9, to: "www.other.example"),
                .name(name("www.other.example"), .found([address("198.51.100.1")]))
            ),
            .wrongTarget,
            .fail,
            issues: [.wrongTarget, .chainTooLong]
        ),
        DiagnosisRow(
            "a loop",
            facts(chain(2, to: "d.company.example"), .loop(name("d.company.example"))),
            .loop,
            .fail
        ),
        DiagnosisRow(
            "an alias of itself",
            facts(chain(1, to: "d.company.example"), .loop(name("d.company.example"))),
            .loop,
            .fail
        ),
        DiagnosisRow(
            "two aliases at one name",
            facts([], .severalAliases(name("d.company.example"), [name(accessPoint), name("x.example")])),
            .severalAliases,
            .fail
        ),
        DiagnosisRow(
            "an alias at the apex",
            facts(chain(1), reached) { $0.ownsZone = true },
            .aliasAtApex,
            .fail,
            issues: [.aliasAtApex]
        ),
        DiagnosisRow(
            "an alias beside an address",
            facts(chain(1), reached) { $0.typesBesideAlias = [.a] },
            .aliasAndOther,
            .fail
        ),
        DiagnosisRow("no such name", facts([], .name(name("d.company.example"), .nameError)), .nameError, .fail),
        DiagnosisRow(
            "a name without alias and address",
            facts([], .name(name("d.company.example"), .noData)),
            .noData,
            .fail
        ),
        DiagnosisRow(
            "the apex without an alias is no apex alias",
            facts([], own("198.51.100.1")) { $0.ownsZone = true },
            .addressMismatch,
            .fail
        ),
        DiagnosisRow(
            "right, but the access point is gone",
            facts(chain(1), reached, target: .nameError),
            .danglingAccessPoint,
            .fail
        ),
        DiagnosisRow(
            "right, but the access point has no address",
            facts(chain(1), reached, target: .noData),
            .danglingAccessPoint,
            .fail
        ),
        DiagnosisRow(
            "a public access point with an inner address",
            facts(chain(1), reached, target: .found([address("192.0.2.10"), address("10.0.0.5")])),
            .privateAddress,
            .fail
        ),
    ]

    static let flattened: [DiagnosisRow] = [
        DiagnosisRow(
            "all of the access point's addresses",
            facts([], own("192.0.2.10", "2001:db8::10")),
            .flattenedOK,
            .warn
        ),
        DiagnosisRow("some of the access point's addresses", facts([], own("192.0.2.10")), .flattenedOK, .warn),
        DiagnosisRow(
            "one of them and a foreign one",
            facts([], own("192.0.2.10", "198.51.100.1")),
            .flattenedPartial,
            .fail
        ),
        DiagnosisRow(
            "foreign ones only",
            facts([], own("198.51.100.1")),
            .addressMismatch,
            .fail,
            issues: [.addressMismatch]
        ),
        DiagnosisRow(
            "an inner address",
            facts([], own("10.1.1.1")),
            .addressMismatch,
            .fail,
            issues: [.addressMismatch, .privateAddress]
        ),
        DiagnosisRow(
            "an alias of a name with the access point's addresses",
            foreign("flat.company.example", .found([address("192.0.2.10")])),
            .flattenedOK,
            .warn
        ),
        DiagnosisRow(
            "an address while the access point has none",
            facts([], own("198.51.100.1"), target: .nameError),
            .addressMismatch,
            .fail,
            issues: [.addressMismatch, .danglingAccessPoint]
        ),
        DiagnosisRow(
            "a foreign address while half of the access point's are unknown",
            facts([], own("198.51.100.1"), target: .found([address("192.0.2.10")], failure: timeout)),
            .timeout,
            .unknown
        ),
        DiagnosisRow(
            "a right address while AAAA could not be asked",
            facts([], own("192.0.2.10", failure: timeout)),
            .timeout,
            .unknown,
            issues: [.timeout, .flattenedOK]
        ),
        DiagnosisRow(
            "a foreign address is wrong whatever AAAA would have been",
            facts([], own("198.51.100.1", failure: timeout)),
            .addressMismatch,
            .fail
        ),
    ]

    static let unknown: [DiagnosisRow] = [
        DiagnosisRow("silence", facts([], .name(name("d.company.example"), .notAsked(timeout))), .timeout, .unknown),
        DiagnosisRow(
            "a resolver that was silent all along",
            facts([], .name(name("d.company.example"), .notAsked(.silentServer(server: resolver, unanswered: 64)))),
            .timeout,
            .unknown
        ),
        DiagnosisRow(
            "the time is over",
            facts([], .name(name("d.company.example"), .notAsked(.interrupted))),
            .timeout,
            .unknown
        ),
        DiagnosisRow(
            "REFUSED",
            facts([], .name(name("d.company.example"), .notAsked(code(.refused)))),
            .refused,
            .unknown
        ),
        DiagnosisRow(
            "SERVFAIL",
            facts([], .name(name("d.company.example"), .notAsked(code(.serverFailure)))),
            .serverFailure,
            .unknown
        ),
        DiagnosisRow(
            "NOTIMP",
            facts([], .name(name("d.company.example"), .notAsked(code(.notImplemented)))),
            .serverFailure,
            .unknown
        ),
        DiagnosisRow(
            "a closed port",
            facts(
                [],
                .name(
                    name("d.company.example"),
                    .notAsked(.unreachable(server: resolver, reason: "Connection refused"))
                )
            ),
            .unreachable,
            .unknown
        ),
        DiagnosisRow(
            "no resolver",
            facts([], .name(name("d.company.example"), .notAsked(.noServer))),
            .unreachable,
            .unknown
        ),
        DiagnosisRow(
            "a broken answer",
            facts([], .name(name("d.company.example"), .notAsked(.malformed(server: resolver, reason: .cutOff)))),
            .malformed,
            .unknown
        ),
        DiagnosisRow(
            "cut off, and TCP is closed",
            facts([], .name(name("d.company.example"), .notAsked(.truncatedWithoutTCP(server: resolver, reason: "x"))))
            {
                $0.exchanges = [exchange(resolver) { $0.failure = .truncatedWithoutTCP(server: resolver, reason: "x") }]
            },
            .tcpBroken,
            .unknown,
            issues: [.tcpBroken]
        ),
        DiagnosisRow(
            "outside the files",
            facts([], .name(name("d.company.example"), .notAsked(.outsideZones(name("d.company.example"))))),
            .outsideZones,
            .unknown
        ),
        DiagnosisRow(
            "in a child zone",
            facts(
                [],
                .name(
                    name("d.company.example"),
                    .notAsked(.delegated(name("d.company.example"), to: name("company.example")))
                )
            ),
            .delegated,
            .unknown
        ),
        DiagnosisRow(
            "the alias's target could not be asked",
            foreign("www.other.example", .notAsked(timeout)),
            .timeout,
            .unknown
        ),
        DiagnosisRow(
            "right, but the access point could not be asked",
            facts(chain(1), reached, target: .notAsked(timeout)),
            .timeout,
            .unknown
        ),
        DiagnosisRow(
            "an address, and the access point could not be asked",
            facts([], own("198.51.100.1"), target: .notAsked(timeout)),
            .timeout,
            .unknown
        ),
        DiagnosisRow(
            "wrong outweighs what could not be asked",
            facts(chain(1), reached, target: .notAsked(timeout)) { $0.typesBesideAlias = [.txt] },
            .aliasAndOther,
            .fail,
            issues: [.aliasAndOther, .timeout]
        ),
    ]

    static let notes: [DiagnosisRow] = [
        DiagnosisRow(
            "59 s",
            facts([hop("d.company.example", accessPoint, ttl: 59)], reached),
            .timeToLive,
            .warn,
            issues: [.timeToLive]
        ),
        DiagnosisRow(
            "60 s",
            facts([hop("d.company.example", accessPoint, ttl: 60)], reached),
            .ok,
            .pass,
            issues: [.timeToLive]
        ),
        DiagnosisRow(
            "3600 s",
            facts([hop("d.company.example", accessPoint, ttl: 3600)], reached),
            .ok,
            .pass,
            issues: [.timeToLive]
        ),
        DiagnosisRow("3601 s", facts([hop("d.company.example", accessPoint, ttl: 3601)], reached), .timeToLive, .warn),
        DiagnosisRow(
            "5 s in a resolver, where it counts down",
            facts([hop("d.company.example", accessPoint, ttl: 5, authoritative: false)], reached),
            .ok,
            .pass,
            issues: []
        ),
        DiagnosisRow(
            "a wildcard",
            facts(chain(1), reached) { $0.hops[0].isFromWildcard = true },
            .ok,
            .pass,
            issues: [.wildcard]
        ),
        DiagnosisRow(
            "a DNAME",
            facts(chain(1), reached) { $0.hops[0].redirection = name("company.example") },
            .ok,
            .pass,
            issues: [.redirection]
        ),
        DiagnosisRow(
            "forged datagrams on the way",
            facts(chain(1), reached) { $0.exchanges = [exchange(resolver) { $0.discarded = [.wrongIdentifier: 2] }] },
            .ok,
            .pass,
            issues: [.spoofed]
        ),
        DiagnosisRow(
            "a server without EDNS",
            facts(chain(1), reached) {
                $0.exchanges = [exchange(resolver) { $0.eDNSProblem = .refused(.formatError) }]
            },
            .ok,
            .pass,
            issues: [.ednsBroken]
        ),
        DiagnosisRow(
            "TCP closed at one resolver, another answered",
            facts(chain(1), reached) {
                $0.exchanges = [
                    exchange(resolver) {
                        $0.failure = .truncatedWithoutTCP(server: resolver, reason: "Connection refused")
                    },
                    exchange(second) { $0.responseCode = .noError },
                ]
            },
            .tcpBroken,
            .warn
        ),
        DiagnosisRow(
            "one resolver silent, another answered",
            facts(chain(1), reached) {
                $0.exchanges = [
                    exchange(resolver) { $0.failure = timeout }, exchange(second) { $0.responseCode = .noError },
                ]
            },
            .ok,
            .pass,
            issues: [.timeout]
        ),
    ]

    @Test(arguments: right + wrong + flattened + unknown + notes)
    func `gives the verdict of the table`(row: DiagnosisRow) {
        let verdict = CNAMEVerdict(facts: row.facts)
        #expect(verdict.code == row.code)
        #expect(verdict.status == row.status)
        #expect(verdict.hint == row.hint)
        if let issues = row.issues {
            #expect(verdict.issues.map(\.code) == issues)
        }
    }

    @Test(arguments: unknown)
    func `never calls wrong what could not be asked`(row: DiagnosisRow) {
        for issue in CNAMEVerdict(facts: row.facts).issues where row.status == .unknown {
            #expect(issue.severity != .fail, "\(issue.message)")
        }
    }

    @Test(arguments: wrong + flattened)
    func `has words for each finding, and a record for the customer's`(row: DiagnosisRow) {
        for issue in CNAMEVerdict(facts: row.facts).issues {
            #expect(!issue.message.isEmpty)
            let needsRecord = issue.severity == .fail && issue.audience == .customer
            let hasNone: Set<VerdictCode> = [.aliasAtApex, .privateAddress]
            #expect(!needsRecord || issue.fix != nil || hasNone.contains(issue.code), "\(issue.code)")
        }
    }

    @Test func `addresses the operator when the access point is at fault`() {
        let verdict = CNAMEVerdict(facts: facts(chain(1), reached, target: .nameError))
        #expect(verdict.issues.first?.audience == .operator)
    }

    @Test(arguments: [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0), ("ab", "ba", 2)])
    func `counts letters that differ`(left: String, right: String, expected: Int) {
        #expect(editDistance(Array(left.utf8), Array(right.utf8)) == expected)
    }

    @Test(arguments: [
        ("10.0.0.1", false), ("172.15.0.1", true), ("172.16.0.1", false), ("172.31.255.255", false),
        ("172.32.0.1", true),
        ("192.168.1.1", false), ("100.63.0.1", true), ("100.64.0.1", false), ("100.127.0.1", false),
        ("127.0.0.1", false),
        ("169.254.1.1", false), ("0.0.0.0", false), ("8.8.8.8", true), ("::", false), ("::1", false),
        ("fe80::1", false), ("fd00::1", false),
        ("fc00::1", false), ("2001:db8::1", true), ("::ffff:10.0.0.1", false), ("::ffff:8.8.8.8", true),
    ])
    func `knows which addresses are reachable from anywhere`(text: String, expected: Bool) {
        #expect(address(text).isPublic == expected)
    }

    @Test(arguments: VerdictCode.allCases)
    func `explains every verdict`(code: VerdictCode) {
        #expect(code.explanation.count > 20)
    }
}
