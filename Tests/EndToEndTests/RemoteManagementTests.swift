import Foundation
import Testing

/// Managing a gateway from elsewhere: TLS, tokens, roles.
@Suite struct RemoteManagementTests {
    /// A gateway whose admin API listens on loopback with TLS; and its address.
    private func start() async throws -> (gateway: RunningGateway, url: String) {
        let (directory, keys) = try await RunningGateway.prepare()
        try await keys.issue("admin", by: "root", dnsNames: ["localhost"])
        let port = try await freePort()
        let gateway = try await RunningGateway.start(
            RunningGateway.configuration(
                more: """
                    admin:
                      address: "127.0.0.1:\(port)"
                      chainFile: keys/admin.crt
                      keyFile: keys/admin.key
                    """
            ),
            in: directory,
            keys: keys
        )
        return (gateway, "https://localhost:\(port)")
    }

    /// Runs a verb against the gateway's address with the token in this file.
    private func remotely(
        _ gateway: RunningGateway,
        _ url: String,
        _ arguments: String...,
        token: String = "token",
        authority: String = "root"
    ) async throws -> CommandResult {
        try await run(
            RunningGateway.program,
            arguments + ["--server", url, "--token-file", token, "--ca-file", "keys/\(authority).crt"],
            in: gateway.directory
        )
    }

    /// Makes a token and puts its secret into a file.
    private func makeToken(_ gateway: RunningGateway, role: String, file: String = "token") async throws -> String {
        let secret = try await gateway.manage("tokens", "create", "\(role)-\(file)", "--role", role)
        try Data(secret.utf8).write(to: gateway.directory.appendingPathComponent(file))
        return secret.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func `a token opens the API over TLS, as far as its role goes, until it is revoked`() async throws {
        let (gateway, url) = try await start()
        let secret = try await makeToken(gateway, role: "viewer")
        #expect(try await remotely(gateway, url, "status").status == 0, "\(gateway.log)")
        let change = try await remotely(gateway, url, "tls", "set", "--min", "1.2")
        #expect(change.status == 77)
        #expect(change.errors.contains("operator"), "\(change.errors)")
        _ = try await makeToken(gateway, role: "operator", file: "other")
        #expect(try await remotely(gateway, url, "tls", "set", "--min", "1.2", token: "other").status == 0)
        try await gateway.manage("tokens", "revoke", "viewer-token", "--yes")
        #expect(try await remotely(gateway, url, "status").status == 77)
        #expect(!gateway.log.contains(secret))
        #expect(
            try await run("grep", ["-rlF", secret, gateway.directory.appendingPathComponent("data").path]).status == 1
        )
    }

    @Test func `a certificate of another CA is not believed, and a token goes nowhere unencrypted`() async throws {
        let (gateway, url) = try await start()
        _ = try await makeToken(gateway, role: "viewer")
        let doubted = try await remotely(gateway, url, "status", authority: "strangers")
        #expect(doubted.status == 69)
        #expect(doubted.errors.contains("--ca-file"), "\(doubted.errors)")
        let named = try await remotely(gateway, url.replacing("localhost", with: "127.0.0.1"), "status")
        #expect(named.status == 69, "the certificate is for localhost alone")
        let plain = try await remotely(gateway, "http://gateway.example:9443", "status")
        #expect(plain.status == 64)
        let missing = try await run(RunningGateway.program, ["status", "--server", url], in: gateway.directory)
        #expect(missing.status == 64)
        #expect(missing.errors.contains("tokens create"), "\(missing.errors)")
    }

    /// A port of 127.0.0.1 that was free a moment ago.
    private func freePort() async throws -> Int {
        let script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let result = try await run("/usr/bin/python3", ["-c", script])
        guard let port = Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CommandFailure(description: "no free port: \(result.errors)")
        }
        return port
    }
}
