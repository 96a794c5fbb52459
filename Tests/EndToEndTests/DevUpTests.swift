import Foundation
import TestProcess
import Testing

/// `sluice dev up`: the first minute of somebody new.
@Suite struct DevUpTests {
    private struct Clients: Decodable {
        struct Client: Decodable { let clientID: String }
        let items: [Client]
    }

    @Test func `runs a gateway with devices, says what to type, and leaves nothing behind`() async throws {
        let up = try await DevUp.start(["--devices", "2"])
        let clients = try await eventually("both devices are connected") { () -> [String]? in
            let result = try await up.sluice("clients", "list", "--state", "connected", "-o", "json")
            let list = try? JSONDecoder().decode(Clients.self, from: Data(result.output.utf8))
            return list?.items.count == 2 ? list?.items.map(\.clientID) : nil
        }
        #expect(clients == ["pump-1", "pump-2"])
        let reading = try await run(
            "mosquitto_sub",
            [
                "-h", "localhost", "-p", up.port, "--cafile", "\(up.folder)/ca.crt", "--cert",
                "\(up.folder)/device-1.crt", "--key", "\(up.folder)/device-1.key", "-i", "me", "-t", "demo/#", "-C",
                "1",
                "-W", "20", "-F", "%t",
            ]
        )
        #expect(reading.output.hasPrefix("demo/pump-"), "\(reading)")
        for line in up.suggestions {
            let result = try await up.sluice(line)
            #expect(result.status == 0, "\(line): \(result.output) \(result.errors)")
        }
        #expect(up.suggestions.count > 3)
        #expect(try await up.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: up.folder))
    }

    @Test func `a device that is revoked stays out, and the gateway says why`() async throws {
        let up = try await DevUp.start(["--devices", "1", "--keep"])
        let fingerprint = try await eventually("the device has registered itself") { () -> String? in
            let result = try await up.sluice("client-certs", "list", "--cn", "pump-1", "-o", "name")
            return result.output.isEmpty ? nil : String(result.output.prefix(64))
        }
        #expect(try await up.sluice("client-certs", "revoke", fingerprint, "--yes").status == 0)
        let words = try await eventually("it is refused") { () -> String? in
            let result = try await up.sluice("explain", "pump-1")
            return result.status == 0 ? result.output : nil
        }
        #expect(words.contains("revoked"), "\(words)")
        #expect(try await up.stop() == 0)
        #expect(FileManager.default.fileExists(atPath: up.folder + "/sluice.yaml"))
        try FileManager.default.removeItem(atPath: up.folder)
    }
}

/// A `sluice dev up` that runs, with what it printed.
private struct DevUp {
    let folder: String
    let port: String
    /// The lines of `sluice` that it says can be typed as they are.
    let suggestions: [[String]]
    private let process: ChildProcess

    static func start(_ arguments: [String]) async throws -> DevUp {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sluice-dev-\(UUID().uuidString).out"
        )
        let process = try ChildProcess(
            RunningGateway.program,
            ["dev", "up"] + arguments,
            output: .file(output.path)
        )
        let text = try await eventually("it says what to type") { () -> String? in
            if let ending = process.ending { throw CommandFailure(description: "it ended: \(ending)") }
            let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
            return text.contains("--follow") ? text : nil
        }
        try FileManager.default.removeItem(at: output)
        return DevUp(text, process)
    }

    private init(_ text: String, _ process: ChildProcess) {
        self.process = process
        folder = String(text.split(separator: "\n")[0].split(separator: " ").last ?? "")
        port = String(text.firstMatch(of: /port (\d+)/)?.1 ?? "")
        suggestions = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("sluice ") && !$0.contains("FINGERPRINT") && !$0.contains("--follow") }
            .map { $0.split(separator: " ").dropFirst().map(String.init) }
    }

    func sluice(_ arguments: String...) async throws -> CommandResult { try await sluice(arguments) }

    func sluice(_ arguments: [String]) async throws -> CommandResult {
        try await run(
            RunningGateway.program,
            arguments,
            environment: ["SLUICE_CONFIG": folder + "/sluice.yaml"]
        )
    }

    func stop() async throws -> Int32 {
        process.send(signal: SIGINT)
        return try await eventually("it ends") { process.ending?.status }
    }
}
