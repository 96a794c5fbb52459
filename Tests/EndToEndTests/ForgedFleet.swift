import Foundation
import TestAuthority
import TestProcess

/// Many devices of one CA, each with a certificate of its own, all with one key, so that they are made quickly.
struct ForgedFleet: Sendable {
    let name: String
    let directory: URL
    let count: Int

    /// The CA's certificate.
    var authority: String { directory.appendingPathComponent("\(name)-ca.crt").path }
    /// All devices' certificates in one file.
    var bundle: String { directory.appendingPathComponent("\(name).pem").path }

    /// The name of a device, which is its common name, its client id and its file's name.
    func device(_ number: Int) -> String { "\(name)-\(number)" }
    /// A device's key and certificate in one file.
    func identity(_ number: Int) -> String { directory.appendingPathComponent("\(device(number)).pem").path }

    /// Makes the CA and the devices' files.
    static func forge(_ name: String, count: Int, in directory: URL) throws -> ForgedFleet {
        let fleet = ForgedFleet(name: name, directory: directory, count: count)
        let authority = try TestAuthority("\(name) CA")
        try Data(authority.certificate.pem.utf8).write(to: URL(fileURLWithPath: fleet.authority))
        let key = try TestKey()
        var bundle = ""
        for number in 1...count {
            let certificate = try authority.issue(fleet.device(number), key: key).pem + "\n"
            bundle += certificate
            try Data((key.pem + "\n" + certificate).utf8).write(to: URL(fileURLWithPath: fleet.identity(number)))
        }
        try Data(bundle.utf8).write(to: URL(fileURLWithPath: fleet.bundle))
        return fleet
    }
}

/// Devices that hold their sessions, in a process of their own (devices.py), until this object goes.
final class HeldSessions: Sendable {
    /// A session that the gateway ended.
    struct End: Hashable {
        let clientID: String
        /// The reason code of its DISCONNECT; nil when there was none.
        let code: Int?
        let time: Date
    }

    private let process: ChildProcess
    private let output: URL

    private init(_ process: ChildProcess, output: URL) {
        self.process = process
        self.output = output
    }

    /// Connects all of them, and waits until they are.
    static func connect(_ identities: [String], to gateway: RunningGateway) async throws -> HeldSessions {
        let output = gateway.directory.appendingPathComponent("sessions-\(UUID().uuidString)")
        let process = try ChildProcess(
            "/usr/bin/python3",
            [PythonDevices.script, "fleet", String(try await gateway.port()), gateway.keys.path("root.crt")]
                + identities,
            output: .file(output.path)
        )
        let sessions = HeldSessions(process, output: output)
        _ = try await eventually("\(identities.count) devices are connected", within: 180) { () -> Bool? in
            if let ending = process.ending {
                throw CommandFailure(description: "devices.py ended: \(ending): \(sessions.text)")
            }
            return sessions.text.hasPrefix("connected \(identities.count)\n") ? true : nil
        }
        return sessions
    }

    /// The sessions that the gateway has ended up to now.
    var ends: [End] {
        lines(of: "ended").compactMap { words in
            guard words.count == 3, let seconds = TimeInterval(words[2]) else { return nil }
            return End(clientID: words[0], code: Int(words[1]), time: Date(timeIntervalSince1970: seconds))
        }
    }

    /// Has every device send a PINGREQ, and gives how many were answered.
    func countAlive() async throws -> Int {
        let before = lines(of: "alive").count
        process.send(signal: SIGUSR1)
        return try await eventually("the pings are answered", within: 40) {
            let answers = self.lines(of: "alive")
            return answers.count > before ? answers.last?.first.flatMap { Int($0) } : nil
        }
    }

    private var text: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    /// The words of each whole line that begins with this one.
    private func lines(of word: String) -> [[String]] {
        // Read once: it grows.
        let text = self.text
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return text[..<end].split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            .filter { $0.first == word }.map { Array($0.dropFirst()) }
    }
}

/// devices.py, the devices that Mosquitto's clients cannot be.
enum PythonDevices {
    static let script =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("devices.py").path

    /// Runs one of its scenarios to the end.
    static func run(
        _ scenario: String,
        _ gateway: RunningGateway,
        _ arguments: String...,
        seconds: Double = 60
    ) async throws -> String {
        let server = [String(try await gateway.port()), gateway.keys.path("root.crt")]
        // Debian's interpreter: that is the one that is there wherever the tests are.
        let result = try await EndToEndTests.run(
            "/usr/bin/python3",
            [script, scenario] + server + arguments,
            seconds: seconds
        )
        guard result.status == 0 else { throw CommandFailure(description: "devices.py \(scenario): \(result.errors)") }
        return result.output
    }
}
