import Foundation
import Testing

/// Which certificate `openssl s_client` is shown for which name.
@Suite struct ServerNameTests {
    private func subject(_ device: Device, _ name: String) async throws -> String? {
        let result = try await device.handshake(serverName: name)
        return result.output.split(separator: "\n").first { $0.hasPrefix("subject=") }.map(String.init)
    }

    @Test func `the name decides, label by label, exact before wildcard before default`() async throws {
        let gateway = try await RunningGateway.start()
        try await gateway.keys.issue("wild", by: "root", commonName: "wild", dnsNames: ["*.company.example"])
        try await bindCustomCertificate(gateway)
        try await gateway.manage(
            "certs",
            "upload",
            "--chain",
            "keys/wild.crt",
            "--key",
            "keys/wild.key",
            "--name",
            "wild"
        )
        try await gateway.manage("server-certs", "bind", "wild")
        let device = Device(gateway: gateway, port: try await gateway.port())
        let expected = [
            "mqtt.company.example": "custom", "MQTT.Company.Example": "custom", "other.company.example": "wild",
            "a.b.company.example": "default", "company.example": "default", "unknown.example": "default", "": "default",
        ]
        for (name, certificate) in expected {
            #expect(try await subject(device, name) == "subject=CN = \(certificate)", "\(name)")
        }
    }

    @Test func `an unknown name is refused with unrecognized_name where that is configured`() async throws {
        let configuration = RunningGateway.configuration().replacing(
            "    kind: public\n",
            with: "    kind: public\n    unknownSNI: reject\n"
        )
        let gateway = try await RunningGateway.start(configuration)
        let device = Device(gateway: gateway, port: try await gateway.port())
        let refused = try await device.handshake(serverName: "unknown.example")
        #expect(refused.errors.contains("unrecognized name"), "\(refused.errors)")
        let known = try await device.handshake(serverName: "mqtt-7f3a-sh-public.mqtt.example.net")
        #expect(known.output.contains("subject=CN = default"))
    }

    @Test func `an unbound certificate's name is refused while the default goes on`() async throws {
        let gateway = try await RunningGateway.start()
        try await bindCustomCertificate(gateway)
        try await gateway.manage("server-certs", "unbind", "custom-1", "--yes")
        let device = Device(gateway: gateway, port: try await gateway.port())
        let refused = try await device.handshake(serverName: "mqtt.company.example")
        #expect(refused.errors.contains("unrecognized name"), "\(refused.errors)")
        #expect(try await subject(device, "unknown.example") == "subject=CN = default")
    }

    @Test func `a fourth custom certificate is refused and nothing is evicted`() async throws {
        let gateway = try await RunningGateway.start()
        for number in 1...4 {
            let name = "c\(number)"
            try await gateway.keys.issue(name, by: "root", dnsNames: ["\(name).company.example"])
            try await gateway.manage(
                "certs",
                "upload",
                "--chain",
                "keys/\(name).crt",
                "--key",
                "keys/\(name).key",
                "--name",
                name
            )
        }
        for number in 1...3 { try await gateway.manage("server-certs", "bind", "c\(number)") }
        let fourth = try await gateway.sluice(["server-certs", "bind", "c4"])
        #expect(fourth.status == 1)
        #expect(fourth.errors.contains("3"), "\(fourth.errors)")
        let device = Device(gateway: gateway, port: try await gateway.port())
        for number in 1...3 {
            #expect(try await subject(device, "c\(number).company.example") == "subject=CN = c\(number)")
        }
    }
}
