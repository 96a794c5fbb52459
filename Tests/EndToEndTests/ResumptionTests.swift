import Foundation
import Testing

/// A TLS session is no way round a check: what happened to the certificate since then counts.
@Suite struct ResumptionTests {
    /// What can happen to a device between two connections, and whether it may come back.
    private static let events: [(name: String, commands: [[String]], code: String?)] = [
        ("nothing", [], "0"),
        ("revoked", [["client-certs", "revoke", "resuming", "--yes"]], "135"),
        ("deactivated", [["client-certs", "deactivate", "resuming"]], "135"),
        (
            "deleted",
            [["client-certs", "deactivate", "resuming"], ["client-certs", "delete", "resuming", "--yes"]], "135"
        ),
        ("its CA inactive", [["ca-certs", "deactivate", "@devices"]], nil),
    ]

    @Test(arguments: ["1.2", "1.3"], events.indices)
    func `a session of a device that was shut out does not bring it back`(tls: String, index: Int) async throws {
        let event = Self.events[index]
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration())
        try await gateway.manage("client-certs", "register", "--cert", "keys/device.crt", "--client-id", "resuming")
        let output = try await resume(gateway, tls: tls) {
            for command in event.commands {
                let devices = try await gateway.fingerprint("devices")
                let words = command.map { $0 == "@devices" ? devices : $0 }
                let result = try await gateway.sluice(words)
                #expect(result.status == 0, "\(words): \(result.errors)")
            }
        }
        #expect(output.contains("first 0\n"), "\(output)")
        if let code = event.code {
            #expect(
                output.hasSuffix("resumed \(code)\n") || output.hasSuffix("full \(code)\n"),
                "\(event.name): \(output)"
            )
        } else {
            #expect(output.contains("second refused"), "\(event.name): \(output)")
        }
        if event.commands.isEmpty { #expect(output.contains("second resumed 0"), "\(output)") }
    }

    @Test(arguments: ["1.2", "1.3"])
    func `a session of an unregistered CA is refused`(tls: String) async throws {
        let gateway = try await RunningGateway.start()
        let output = try await resume(gateway, tls: tls) {
            try await gateway.manage("ca-certs", "unregister", try await gateway.fingerprint("devices"), "--yes")
        }
        #expect(output.contains("first 0\n") && output.contains("second refused"), "\(output)")
    }

    /// Connects, lets `change` happen, and connects with the same TLS session; gives what devices.py tells.
    private func resume(
        _ gateway: RunningGateway,
        tls: String,
        _ change: () async throws -> Void
    ) async throws -> String {
        let pair = try gateway.keys.pair("device")
        let go = gateway.directory.appendingPathComponent("go")
        async let output = PythonDevices.run("resume", gateway, pair, tls, go.path)
        _ = try await eventually("the first connection") { () -> Bool? in
            try await gateway.clientIsKnown("resuming") ? true : nil
        }
        try await change()
        try Data().write(to: go)
        return try await output
    }
}

extension RunningGateway {
    /// Whether a client with this id was let in.
    fileprivate func clientIsKnown(_ clientID: String) async throws -> Bool {
        log.contains("client_id=\(clientID)") || log.contains("client=\(clientID)")
    }
}
