import Foundation
import TestProcess

/// The built `sluice` serving a configuration in a directory of its own, until the test ends it.
final class RunningGateway: Sendable {
    /// The executable beside the test bundle.
    static let program: String = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [bundle, bundle.deletingLastPathComponent(), Bundle.main.bundleURL]
        let found = candidates.map { $0.appendingPathComponent("sluice").path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        return found ?? ".build/debug/sluice"
    }()

    let directory: URL
    let keys: Keys
    private let process: ChildProcess

    private init(directory: URL, keys: Keys, process: ChildProcess) {
        self.directory = directory
        self.keys = keys
        self.process = process
    }

    /// In the data directory, as it is without `admin.socket`, or where that has it in most tests that give it.
    var socket: String {
        let places = ["data/admin.sock", "admin.sock"].map { directory.appendingPathComponent($0).path }
        return places.first { FileManager.default.fileExists(atPath: $0) } ?? places[0]
    }
    var configuration: URL { directory.appendingPathComponent("sluice.yaml") }
    var log: String { (try? String(contentsOf: directory.appendingPathComponent("log"), encoding: .utf8)) ?? "" }
    var processIdentifier: Int32 { process.processID }
    var isRunning: Bool { process.isRunning }

    /// A directory with the keys that most scenarios use:
    /// `root` signs the servers' certificates (`default`, `custom`), `devices` signs `device`, `strangers` signs `stranger`.
    static func prepare() async throws -> (directory: URL, keys: Keys) {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-e2e-\(UUID().uuidString)")
        let keys = Keys(directory: directory.appendingPathComponent("keys"))
        try FileManager.default.createDirectory(at: keys.directory, withIntermediateDirectories: true)
        try await keys.authority("root")
        try await keys.issue("default", by: "root", dnsNames: ["mqtt-7f3a-sh-public.mqtt.example.net"])
        try await keys.issue("custom", by: "root", dnsNames: ["mqtt.company.example"])
        try await keys.authority("devices")
        try await keys.issue("device", by: "devices", commonName: "device-1")
        try await keys.authority("strangers")
        try await keys.issue("stranger", by: "strangers")
        return (directory, keys)
    }

    /// The configuration of most scenarios; `more` is appended to it, `bootstrap` to its last section.
    static func configuration(
        mode: String = "two-way",
        anonymous: Bool = false,
        protocol: String = "mqtts",
        origins: [String] = [],
        bootstrap: String = "",
        more: String = ""
    ) -> String {
        let pages = origins.isEmpty ? "" : ", origins: \(origins)"
        return """
            node: { name: end-to-end, reactors: 2 }
            dataDir: data
            keyEncryption: { file: master.key }
            accessPoints:
              - name: public
                kind: public
                hostname: mqtt-7f3a-sh-public.mqtt.example.net
                listeners: [{ address: "127.0.0.1:0", protocol: \(`protocol`)\(pages) }]
            log: { format: text, level: info }
            bootstrap:
              mode: \(mode)
              anonymous: \(anonymous)
              defaultCertificate: { chainFile: keys/default.crt, keyFile: keys/default.key }
              cas: [keys/devices.crt]
              \(bootstrap)
            \(more)
            """
    }

    /// Every certificate must be registered; by itself if `registration` is `automatic`.
    static func registryConfiguration(
        registration: String = "manual",
        automaticActivation: Bool = true,
        more: String = ""
    ) -> String {
        configuration(
            mode: "one-device-one-certificate",
            bootstrap: "registration: \(registration)\n  automaticActivation: \(automaticActivation)",
            more: more
        )
    }

    /// Starts a gateway in a new directory.
    static func start(_ configuration: String = configuration()) async throws -> RunningGateway {
        let (directory, keys) = try await prepare()
        return try await start(configuration, in: directory, keys: keys)
    }

    /// Starts a gateway in a directory that is there, and waits until it answers.
    ///
    /// - Parameters:
    ///   - prefix: A program, with its arguments, that becomes the gateway in its turn, as `env` does.
    ///   - environment: Set on top of our own variables.
    static func start(
        _ configuration: String,
        in directory: URL,
        keys: Keys,
        through prefix: [String] = [],
        environment: [String: String] = [:]
    ) async throws -> RunningGateway {
        let file = directory.appendingPathComponent("sluice.yaml")
        try Data(configuration.utf8).write(to: file)
        let key = directory.appendingPathComponent("master.key")
        if !FileManager.default.fileExists(atPath: key.path) {
            _ = try await run("openssl", ["rand", "-hex", "-out", key.path, "32"])
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key.path)
        }
        let log = directory.appendingPathComponent("log")
        let command = prefix + [program, "serve", "--config", file.path]
        let process = try ChildProcess(
            command[0],
            Array(command.dropFirst()),
            environment: environment,
            output: .file(log.path)
        )
        let gateway = RunningGateway(directory: directory, keys: keys, process: process)
        _ = try await eventually("the gateway answers") { () -> Bool? in
            if let ending = process.ending {
                throw CommandFailure(description: "the gateway ended: \(ending): \(gateway.log)")
            }
            return try await gateway.sluice(["status", "-o", "json"]).status == 0 ? true : nil
        }
        return gateway
    }

    /// Runs a management verb against this gateway.
    func sluice(_ arguments: [String], input: String? = nil, seconds: Double = 30) async throws -> CommandResult {
        try await run(
            Self.program,
            arguments,
            in: directory,
            environment: ["SLUICE_SOCKET": socket],
            input: input,
            seconds: seconds
        )
    }

    /// Runs a management verb that must succeed, and gives its output.
    @discardableResult
    func manage(_ arguments: String...) async throws -> String {
        let result = try await sluice(arguments)
        guard result.status == 0 else {
            throw CommandFailure(
                description: "sluice \(arguments.joined(separator: " ")) ended with \(result.status): \(result.errors)"
            )
        }
        return result.output
    }

    /// The port of an access point's first listener.
    func port(ofAccessPoint place: Int = 0) async throws -> Int {
        struct Status: Decodable {
            struct Listener: Decodable { let address: String }
            struct AccessPoint: Decodable { let listeners: [Listener] }
            struct Node: Decodable { let accessPoints: [AccessPoint] }
            let node: Node
        }
        let answer = try await manage("status", "-o", "json")
        let status = try JSONDecoder().decode(Status.self, from: Data(answer.utf8))
        guard let address = status.node.accessPoints.dropFirst(place).first?.listeners.first?.address,
            let port = address.split(separator: ":").last.flatMap({ Int($0) })
        else { throw CommandFailure(description: "no listener in the status") }
        return port
    }

    /// Runs a management verb and gives its answer in JSON, read as `Body`.
    func read<Body: Decodable>(_ type: Body.Type, _ arguments: String...) async throws -> Body {
        let result = try await sluice(arguments + ["-o", "json"])
        guard result.status == 0 else {
            throw CommandFailure(description: "sluice \(arguments.joined(separator: " ")): \(result.errors)")
        }
        return try JSONDecoder().decode(type, from: Data(result.output.utf8))
    }

    /// Signals the gateway and goes on.
    func signal(_ signal: Int32) { process.send(signal: signal) }

    /// Signals the gateway and waits for its end; gives the exit status, or 128 and the signal.
    func stop(_ signal: Int32 = SIGTERM) async throws -> Int32 {
        process.send(signal: signal)
        return try await eventually("the gateway ends") { self.process.ending?.status }
    }
}
