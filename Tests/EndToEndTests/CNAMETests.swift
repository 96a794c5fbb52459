import Foundation
import Testing

/// `sluice cname` as a person types it, online against NSD with the zones of `zones/`, and offline.
@Suite struct CNAMETests {
    private static let accessPoint = "mqtt-7f3a-sh-public.mqtt.example.net"

    private static var zones: URL {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return here.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("zones")
    }

    private func check(_ arguments: String...) async throws -> CommandResult {
        try await run(RunningGateway.program, ["cname", "check"] + arguments + ["--target", Self.accessPoint])
    }

    private var offline: [String] {
        ["company.example", "example.net"].flatMap { ["--zone", Self.zones.appendingPathComponent("\($0).zone").path] }
    }

    @Test(arguments: [
        ("mqtt.company.example", Int32(0), "PASS", "ok"),
        ("nodot.company.example", 1, "FAIL", "missing_dot"),
        ("flat.company.example", 0, "WARN", "flattened_ok"),
        ("nope.company.example", 1, "FAIL", "nxdomain"),
        ("mqtt.elsewhere.example", 3, "????", "outside_zones"),
    ])
    func `zone files are judged without a name server`(
        name: String,
        status: Int32,
        word: String,
        code: String
    ) async throws {
        let arguments = [name] + offline
        let result = try await run(
            RunningGateway.program,
            ["cname", "check"] + arguments + ["--target", Self.accessPoint]
        )
        #expect(result.status == status, "\(result.output)\(result.errors)")
        #expect(result.output.hasPrefix(word))
        #expect(result.output.contains(code))
    }

    @Test func `a name server is asked, and its answers judged`() async throws {
        let server = try await NameServer.start(zones: Self.zones, serving: ["company.example", "example.net"])
        defer { server.stop() }
        let right = try await check("mqtt.company.example", "--resolver", server.address)
        #expect(right.status == 0, "\(right.output)\(right.errors)")
        let wrong = try await check(
            "typo.company.example",
            "mqtt.company.example",
            "--resolver",
            server.address,
            "--json"
        )
        #expect(wrong.status == 1)
        let document = try JSONSerialization.jsonObject(with: Data(wrong.output.utf8)) as? [String: Any]
        #expect(document?["schema"] as? String == "dns-check/1")
        let results = document?["results"] as? [[String: Any]]
        #expect(results?.map { $0["status"] as? String } == ["fail", "pass"])
        let foreign = try await check("mqtt.elsewhere.example", "--resolver", server.address)
        #expect(foreign.status == 3, "refused is not wrong: \(foreign.output)")
    }

    @Test func `silence proves nothing`() async throws {
        // A bound socket that nobody reads.
        let silent = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(silent) }
        let port = try bindLoopback(silent)
        let result = try await check("mqtt.company.example", "--resolver", "127.0.0.1:\(port)", "--timeout", "1s")
        #expect(result.status == 3)
        #expect(result.output.contains("Nothing is proved"))
    }

    @Test func `setup prints the record to create`() async throws {
        let result = try await run(
            RunningGateway.program,
            ["cname", "setup", "mqtt.company.example", "--target", Self.accessPoint]
        )
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("CNAME"))
        #expect(result.output.contains("600"))
        #expect(result.output.contains("\(Self.accessPoint)."))
    }

    @Test func `a name that cannot be one is a usage error`() async throws {
        for name in ["192.0.2.1", "a..b.example", "single"] {
            #expect(try await check(name, "--resolver", "127.0.0.1:9").status == 64, "\(name)")
        }
    }
}
