import Foundation
import Testing

/// The example's page in a real browser: Chromium, driven by chromedriver.
@Suite struct BrowserTests {
    private let top = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Runs the page, served on a port of its own, against a gateway that lets pages of `origins` in.
    private func page(
        of origins: (Int) -> [String],
        password: String = "secret",
        _ endpoint: String = "wss"
    ) async throws -> (result: CommandResult, gateway: RunningGateway) {
        let port = Int(try freePort())
        let gateway = try await RunningGateway.start(
            RunningGateway.configuration(mode: "one-way", protocol: endpoint, origins: origins(port))
        )
        let added = try await gateway.sluice(["users", "add", "page"], input: "secret\n")
        try #require(added.status == 0, "\(added.errors)")
        let script = top.appendingPathComponent("Tests/EndToEndTests/browser_page.py").path
        let folder = top.appendingPathComponent("examples/broker/page").path
        let url = "\(endpoint)://127.0.0.1:\(try await gateway.port())/mqtt"
        let arguments = [script, folder, String(port), url, "page", password]
        return (try await run("/usr/bin/python3", arguments, seconds: 120), gateway)
    }

    /// The gateway must know the page's origin before the page is served.
    private func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return try bindLoopback(descriptor)
    }

    @Test(arguments: ["wss", "ws"])
    func `a page subscribes, publishes and sees its message`(endpoint: String) async throws {
        let (result, gateway) = try await page(of: { ["http://127.0.0.1:\($0)"] }, endpoint)
        #expect(result.output == "ok\n", "\(result.errors) \(gateway.log)")
    }

    @Test func `a page of another origin is refused, and the log says why`() async throws {
        let (result, gateway) = try await page(of: { _ in ["https://app.example.com"] }, password: "refused")
        #expect(result.output == "ok\n", "\(result.errors)")
        #expect(gateway.log.contains("reason=origin_not_allowed"))
    }

    @Test func `a page with a wrong password is refused`() async throws {
        let (result, gateway) = try await page(of: { _ in [] }, password: "refused by its word")
        #expect(result.output == "ok\n", "\(result.errors)")
        #expect(gateway.log.contains("reason=password_wrong"))
    }
}
