import ArgumentParser
import LDNS
import NameCheck
import Node
import Testing

@testable import sluice

@Suite struct `What cname takes from the configuration` {
    private static func configuration() throws -> Configuration {
        try Configuration.parse(
            """
            accessPoints:
              - { name: a, hostname: public.example.net, listeners: [{ address: "127.0.0.1:1" }] }
              - { name: b, kind: vpc, hostname: vpc.example.net, listeners: [{ address: "127.0.0.1:2" }] }
            dns: { resolvers: ["192.0.2.53", "[2001:db8::53]:5300"] }
            """,
            file: "sluice.yaml",
            environment: [:],
            host: .init(name: "host", cores: 1)
        )
    }

    @Test func `is the access points, the first one first`() throws {
        let targets = try Self.configuration().expectedTargets()
        #expect(
            targets.map { "\($0.name) \($0.kind.rawValue)" } == ["public.example.net. public", "vpc.example.net. vpc"]
        )
    }

    @Test func `is the name servers with their ports`() throws {
        #expect(try Self.configuration().nameServers.map(\.description) == ["192.0.2.53:53", "[2001:db8::53]:5300"])
    }

    @Test func `is not read when the command line names a target`() throws {
        let line = ["cname", "check", "a.test", "--target", "b.test"]
        let check = try #require(try SluiceCommand.parseAsRoot(line) as? CNAMECommand.Check)
        let configured = try check.targets.configured()
        #expect(configured?.file == nil)
    }
}
