import Foundation
import Testing

/// Devices with certificates, over a custom domain, with the clients that people use.
@Suite struct MutualTLSTests {
    @Test(arguments: [
        ("mqttv311", "tlsv1.2"), ("mqttv311", "tlsv1.3"), ("mqttv5", "tlsv1.2"), ("mqttv5", "tlsv1.3"),
        ("mqttv31", "tlsv1.2"),
    ])
    func `a message goes from device to device over a custom domain`(version: String, tls: String) async throws {
        let gateway = try await RunningGateway.start()
        try await bindCustomCertificate(gateway)
        let device = Device(gateway: gateway, port: try await gateway.port())
        let options = ["-V", version, "--tls-version", tls, "-t", "plant/1/temperature"]

        // Retained, so that the order in which the two clients start does not matter.
        let published = try await device.publish(
            "-V",
            version,
            "--tls-version",
            tls,
            "-t",
            "plant/1/temperature",
            "-m",
            "21.5",
            "-q",
            "1",
            "-r",
            "-i",
            "pub"
        )
        #expect(published.status == 0, "\(published.errors)")
        let received = try await device.subscribe(
            options[0],
            options[1],
            options[2],
            options[3],
            options[4],
            options[5],
            "-C",
            "1",
            "-W",
            "10",
            "-i",
            "sub"
        )
        #expect(received.output == "21.5\n", "\(received.errors) \(gateway.log)")
        #expect(try await gateway.stop() == 0)
    }

    @Test func `a device without a certificate is refused under every name`() async throws {
        let gateway = try await RunningGateway.start()
        try await bindCustomCertificate(gateway)
        let port = try await gateway.port()
        for domain in ["mqtt.company.example", "mqtt-7f3a-sh-public.mqtt.example.net"] {
            let device = Device(gateway: gateway, port: port, domain: domain, certificate: nil)
            let result = try await device.publish("-t", "a", "-m", "b", "-q", "1", "-i", "x")
            #expect(result.status != 0, "\(domain)")
        }
        #expect(gateway.log.contains("client-certificate-missing") || gateway.log.contains("no certificate"))
    }

    @Test func `a device of a CA that is not registered is refused, and the log says why`() async throws {
        let gateway = try await RunningGateway.start()
        let device = Device(
            gateway: gateway,
            port: try await gateway.port(),
            domain: "mqtt-7f3a-sh-public.mqtt.example.net",
            certificate: "stranger"
        )
        let result = try await device.publish("-t", "a", "-m", "b", "-q", "1", "-i", "x")
        #expect(result.status != 0)
        let line = try await eventually("a log line about the stranger") {
            gateway.log.split(separator: "\n").first { $0.contains("CN=stranger") }.map(String.init)
        }
        #expect(line.contains("unknown") || line.contains("no registered CA"), "\(line)")
    }

    @Test func `a registered CA lets its devices in at once, an unregistered one no more`() async throws {
        let gateway = try await RunningGateway.start()
        let device = Device(
            gateway: gateway,
            port: try await gateway.port(),
            domain: "mqtt-7f3a-sh-public.mqtt.example.net",
            certificate: "stranger"
        )
        #expect(try await device.publish("-t", "a", "-m", "b", "-q", "1", "-i", "x").status != 0)
        try await gateway.manage("ca-certs", "register", "--ca", "keys/strangers.crt", "--name", "strangers")
        #expect(try await device.publish("-t", "a", "-m", "b", "-q", "1", "-i", "x").status == 0)
        try await gateway.manage("ca-certs", "unregister", "strangers", "--yes")
        #expect(try await device.publish("-t", "a", "-m", "b", "-q", "1", "-i", "x").status != 0)
    }

    @Test func `a TLS 1 3 session does not outlive the CA that vouched for it`() async throws {
        let gateway = try await RunningGateway.start()
        try await gateway.manage("ca-certs", "register", "--ca", "keys/strangers.crt", "--name", "strangers")
        let device = Device(
            gateway: gateway,
            port: try await gateway.port(),
            domain: "mqtt-7f3a-sh-public.mqtt.example.net",
            certificate: "stranger"
        )
        let session = gateway.directory.appendingPathComponent("session").path
        let first = try await device.handshake("-tls1_2", "-sess_out", session)
        #expect(first.output.contains("New, TLSv1.2"))
        let resumed = try await device.handshake("-tls1_2", "-sess_in", session)
        #expect(resumed.output.contains("Reused, TLSv1.2"))
        try await gateway.manage("ca-certs", "unregister", "strangers", "--yes")
        let afterwards = try await device.handshake("-tls1_2", "-sess_in", session)
        #expect(!afterwards.output.contains("Reused"))
        #expect(afterwards.errors.contains("alert"), "\(afterwards.errors)")
    }

    @Test func `one-way mode with anonymous on admits a device without a certificate`() async throws {
        let gateway = try await RunningGateway.start(
            RunningGateway.configuration(mode: "one-way", anonymous: true)
        )
        let device = Device(
            gateway: gateway,
            port: try await gateway.port(),
            domain: "mqtt-7f3a-sh-public.mqtt.example.net",
            certificate: nil
        )
        #expect(try await device.publish("-t", "a", "-m", "b", "-q", "1", "-i", "x").status == 0)
        try await gateway.manage("mode", "set", "one-way", "--anonymous", "off", "--yes")
        let refused = try await device.publish("-t", "a", "-m", "b", "-q", "1", "-i", "x", "-V", "mqttv5")
        #expect(refused.status != 0)
        #expect(refused.errors.contains("Not authorized") || refused.errors.contains("uthoriz"), "\(refused.errors)")
    }
}

/// Hosts and binds the certificate of `mqtt.company.example`.
func bindCustomCertificate(_ gateway: RunningGateway) async throws {
    try await gateway.manage(
        "certs",
        "upload",
        "--chain",
        "keys/custom.crt",
        "--key",
        "keys/custom.key",
        "--name",
        "company"
    )
    try await gateway.manage("server-certs", "bind", "company")
}
