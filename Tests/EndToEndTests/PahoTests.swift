import Foundation
import Testing

/// paho's Python client through a whole life: QoS 0, 1, 2, retained, session, will, take-over.
@Suite struct PahoTests {
    @Test(arguments: [
        (3, "1.2", "mqtts"), (4, "1.2", "mqtts"), (4, "1.3", "mqtts"), (5, "1.2", "mqtts"), (5, "1.3", "mqtts"),
        (3, "1.3", "wss"), (4, "1.3", "wss"), (5, "1.2", "wss"), (5, "1.3", "wss"),
    ])
    func `a paho client lives its whole life`(version: Int, tls: String, endpoint: String) async throws {
        let gateway = try await RunningGateway.start(RunningGateway.configuration(protocol: endpoint))
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "paho_session.py"
        )
        // Debian's interpreter: that is the one that sees python3-paho-mqtt.
        let result = try await run(
            "/usr/bin/python3",
            [
                script.path, String(try await gateway.port()), gateway.keys.path("root.crt"),
                gateway.keys.path("device.crt"), gateway.keys.path("device.key"), String(version), tls,
                endpoint == "wss" ? "websockets" : "tcp",
            ],
            seconds: 60
        )
        #expect(result.output == "ok\n", "\(result.errors) \(gateway.log)")
    }
}
