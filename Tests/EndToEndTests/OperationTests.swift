import Foundation
import Testing

/// Starting, stopping, restarting, and being told nonsense.
@Suite struct OperationTests {
    @Test func `what was changed is still there after kill -9`() async throws {
        let gateway = try await RunningGateway.start()
        try await bindCustomCertificate(gateway)
        try await gateway.manage("tls", "set", "--min", "1.2", "--max", "1.3", "--yes")
        _ = try await gateway.stop(SIGKILL)
        let again = try await RunningGateway.start(
            RunningGateway.configuration(),
            in: gateway.directory,
            keys: gateway.keys
        )
        #expect(try await again.manage("tls", "show", "-o", "json").contains("\"1.2\""))
        let device = Device(gateway: again, port: try await again.port())
        #expect(try await device.handshake().output.contains("subject=CN = custom"))
    }

    @Test func `a second gateway does not open the data directory of the first`() async throws {
        let gateway = try await RunningGateway.start()
        let second = try await run(
            RunningGateway.program,
            ["serve", "--config", gateway.configuration.path],
            seconds: 20
        )
        #expect(second.status != 0)
        #expect(second.errors.contains(String(gateway.processIdentifier)), "\(second.errors)")
        #expect(gateway.isRunning)
    }

    @Test func `a typo in the configuration is named with its place and the nearest key`() async throws {
        let (directory, _) = try await RunningGateway.prepare()
        let file = directory.appendingPathComponent("typo.yaml")
        try Data(RunningGateway.configuration().replacing("accessPoints:", with: "accesPoints:").utf8).write(to: file)
        for verb in [["config", "validate", "--config"], ["serve", "--config"]] {
            let result = try await run(RunningGateway.program, verb + [file.path])
            #expect(result.status == 78, "\(verb): \(result.errors)")
            #expect(result.errors.contains("typo.yaml:4:1"), "\(result.errors)")
            #expect(result.errors.contains("accessPoints"), "\(result.errors)")
        }
    }

    @Test func `a 5 0 client is told that the server goes down, and the gateway ends with 0`() async throws {
        let gateway = try await RunningGateway.start()
        let device = Device(
            gateway: gateway,
            port: try await gateway.port(),
            domain: "mqtt-7f3a-sh-public.mqtt.example.net"
        )
        async let subscriber = device.subscribe("-t", "x", "-V", "mqttv5", "-W", "20", "-i", "waiting", "-d")
        _ = try await eventually("the subscriber is connected") { () -> Bool? in
            try await gateway.manage("status", "-o", "json").contains("\"subscriptions\":1") ? true : nil
        }
        #expect(try await gateway.stop(SIGTERM) == 0)
        // 139 = 0x8B, server shutting down.
        #expect(try await subscriber.output.contains("DISCONNECT (139)"))
    }

    @Test func `secrets are neither in the log nor world-readable`() async throws {
        let gateway = try await RunningGateway.start()
        try await bindCustomCertificate(gateway)
        _ = try await gateway.sluice(["certs", "upload", "--chain", "keys/custom.crt", "--key", "keys/device.key"])
        #expect(!gateway.log.contains("PRIVATE KEY"))
        let shown = try await gateway.manage("certs", "show", "company", "-o", "json")
        #expect(!shown.contains("PRIVATE KEY"))
        let data = gateway.directory.appendingPathComponent("data")
        let attributes = try FileManager.default.attributesOfItem(atPath: data.path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
        for file in try FileManager.default.contentsOfDirectory(atPath: data.path) {
            let path = data.appendingPathComponent(file).path
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect((mode?.intValue ?? 0o777) & 0o077 == 0, "\(file)")
        }
        let key = try String(contentsOf: gateway.directory.appendingPathComponent("keys/custom.key"), encoding: .utf8)
        let body = key.split(separator: "\n")[1]
        #expect(try await run("grep", ["-rlF", String(body), data.path]).status == 1)
    }

    @Test func `management without a gateway says which socket it looked at`() async throws {
        let result = try await run(
            RunningGateway.program,
            ["status"],
            environment: ["SLUICE_SOCKET": "/nonexistent/admin.sock"]
        )
        #expect(result.status == 69)
        #expect(result.errors.contains("/nonexistent/admin.sock"))
    }

    @Test func `garbage on the TLS port ends in a close and nothing else`() async throws {
        let gateway = try await RunningGateway.start()
        let port = try await gateway.port()
        let garbage = [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
            String(repeating: "\u{0}", count: 70_000),
        ]
        for bytes in garbage {
            // bash closes its end after the bytes; what comes back is a TLS alert or nothing.
            _ = try await run(
                "bash",
                ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); cat >&3 || true; timeout 5 cat <&3 >/dev/null || true"],
                input: bytes
            )
        }
        #expect(gateway.isRunning)
        let device = Device(gateway: gateway, port: port)
        #expect(try await device.handshake().output.contains("subject=CN = default"))
    }
}

extension OperationTests {
    @Test func `output into a pipe that nobody reads ends quietly`() async throws {
        let result = try await run(
            "bash",
            [
                "-c", "set -o pipefail; \"$0\" cname check --explain wrong_target | (exec <&-; true)",
                RunningGateway.program,
            ]
        )
        #expect(!result.errors.contains("Fatal error"), "\(result.errors)")
    }
}
