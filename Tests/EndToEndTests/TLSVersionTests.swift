import Foundation
import Testing

/// The range of TLS versions, seen by `openssl s_client`.
@Suite struct TLSVersionTests {
    /// The protocol that a client that offers just one version ends up with; nil when it is refused.
    private func negotiated(_ device: Device, _ flag: String) async throws -> String? {
        // Level 0 is the client's own: OpenSSL 3.0 refuses to speak TLS 1.0 and 1.1 above it.
        let result = try await device.handshake(flag, "-cipher", "DEFAULT:@SECLEVEL=0")
        guard let line = result.output.split(separator: "\n").first(where: { $0.hasPrefix("New, TLS") }) else {
            return nil
        }
        return result.output.contains("Cipher is (NONE)") ? nil : String(line)
    }

    @Test func `all four versions are accepted at first, and a narrower range holds at once`() async throws {
        let gateway = try await RunningGateway.start()
        let device = Device(gateway: gateway, port: try await gateway.port())
        for flag in ["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"] {
            #expect(try await negotiated(device, flag) != nil, "\(flag): \(gateway.log)")
        }
        try await gateway.manage("tls", "set", "--min", "1.2", "--max", "1.2", "--yes")
        for (flag, accepted) in [("-tls1", false), ("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", false)] {
            #expect(try await (negotiated(device, flag) != nil) == accepted, "\(flag)")
        }
    }

    @Test func `a live session stays when its TLS version is switched off`() async throws {
        let gateway = try await RunningGateway.start()
        let port = try await gateway.port()
        let device = Device(gateway: gateway, port: port, domain: "mqtt-7f3a-sh-public.mqtt.example.net")
        async let subscriber = device.subscribe(
            "-t",
            "later",
            "-C",
            "1",
            "-W",
            "20",
            "-i",
            "old",
            "--tls-version",
            "tlsv1.2"
        )
        _ = try await eventually("the subscriber is connected") { () -> Bool? in
            try await gateway.manage("status", "-o", "json").contains("\"subscriptions\":1") ? true : nil
        }
        try await gateway.manage("tls", "set", "--min", "1.3", "--max", "1.3", "--yes")
        let published = try await device.publish("-t", "later", "-m", "still here", "-q", "1", "-i", "new")
        #expect(published.status == 0, "\(published.errors)")
        #expect(try await subscriber.output == "still here\n")
    }
}
