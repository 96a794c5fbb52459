import Foundation
import TestProcess

/// Keys, load generator and servers of a benchmark, all under one directory.
struct Bench {
    enum Failure: Error, CustomStringConvertible {
        case command(String, status: Int32, output: String)
        case missingFigure(String, output: String)
        case notListening(Server.Kind, port: UInt16, log: String)

        var description: String {
            switch self {
            case .command(let line, let status, let output): "\(line)\n  ended with \(status): \(output)"
            case .missingFigure(let name, let output): "the load generator gave no \(name): \(output)"
            case .notListening(let kind, let port, let log): "\(kind.rawValue) does not listen on port \(port): \(log)"
            }
        }
    }

    let directory: URL
    let sluice: URL
    let keys: BenchKeys
    private let loadGenerator: URL

    init(directory: URL, sluice: URL) throws {
        self.directory = directory
        self.sluice = sluice
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        keys = try BenchKeys(directory: directory.appendingPathComponent("keys"))
        loadGenerator = directory.appendingPathComponent("mqttload")
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../mqttload/mqttload.c").standardizedFileURL
        try shell("cc", ["-O2", "-o", loadGenerator.path, source.path, "-lssl", "-lcrypto", "-lpthread"])
    }

    /// Starts the server, puts the load on it, stops it.
    func measure(_ workload: Workload, on kind: Server.Kind, duration: Double) throws -> Measurement {
        let server = try Server(kind, bench: self)
        defer { server.stop() }
        var arguments = workload.arguments
        arguments += ["--port", String(server.port), "--tlsver", "1.3", "--sni", keys.domain]
        arguments += ["--cert", keys.client.path, "--key", keys.clientKey.path, "--json"]
        arguments += ["--pids", server.processes]
        if workload.hasDuration { arguments += ["--duration", String(duration)] }
        let output = try shell(loadGenerator.path, arguments)
        let fields = (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
        guard let value = (fields[workload.metric] as? NSNumber)?.doubleValue else {
            throw Failure.missingFigure(workload.metric, output: output)
        }
        func number(_ name: String) -> Double { (fields[name] as? NSNumber)?.doubleValue ?? 0 }
        return Measurement(
            value: value,
            canary: max(number("canary_before_us"), number("canary_after_us")),
            lost: number("lost"),
            line: "\(kind.rawValue) \(workload.name) \(output.trimmingCharacters(in: .newlines))"
        )
    }
}

/// Runs a program to its end and gives its output; anything but exit status 0 is an error.
@discardableResult
func shell(_ program: String, _ arguments: [String], in directory: URL? = nil) throws -> String {
    let process = try ChildProcess(program, arguments, directory: directory?.path, output: .pipe)
    let output = try process.readOutput()
    let status = process.wait().status
    guard status == 0 else {
        throw Bench.Failure.command(
            ([program] + arguments).joined(separator: " "),
            status: status,
            output: output
        )
    }
    return output
}
