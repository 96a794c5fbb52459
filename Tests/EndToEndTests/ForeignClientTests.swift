import Foundation
import Testing

/// Every feature of MQTT 5.0 through two client libraries that have nothing in common with the broker, nor with each other.
@Suite struct ForeignClientTests {
    /// An interpreter with gmqtt, if `make test` could make one.
    private static let gmqtt = ".build/foreign-clients/bin/python"

    static let libraries: [(name: String, interpreter: String)] =
        [("paho", "/usr/bin/python3")]
        + (FileManager.default.isExecutableFile(atPath: gmqtt) ? [("gmqtt", gmqtt)] : [])

    @Test(arguments: libraries)
    func `every feature works with a foreign client library`(name: String, interpreter: String) async throws {
        let gateway = try await RunningGateway.start(
            RunningGateway.configuration(more: "backend: { builtin: { maxKeepAlive: 20s } }")
        )
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("foreign_clients.py")
        let result = try await run(
            URL(fileURLWithPath: interpreter).path,
            [
                script.path, name, String(try await gateway.port()), gateway.keys.path("root.crt"),
                gateway.keys.path("device.crt"), gateway.keys.path("device.key"),
            ],
            seconds: 240
        )
        let features = try JSONDecoder().decode([String: String].self, from: Data(result.output.utf8))
        #expect(features.count == 20)
        for (feature, outcome) in features.sorted(by: { $0.key < $1.key }) {
            #expect(outcome == "ok", "\(name): \(feature)")
        }
    }
}
