import Foundation
import MQTTCodec
import TestDevice
import TestProcess

/// A gateway that is killed and started again in one directory, with devices that reach it without TLS: what is tested is
/// what the broker keeps.
struct DurableGateway {
    let directory: URL
    let keys: Keys
    private let broker: String
    private let more: String
    private let prefix: [String]
    private let environment: [String: String]
    private(set) var running: RunningGateway
    private(set) var port: UInt16

    /// Starts a gateway in a new directory; `broker` are keys of `backend.builtin`.
    static func start(
        _ broker: String = "",
        more: String = "",
        through prefix: [String] = [],
        environment: [String: String] = [:]
    ) async throws -> DurableGateway {
        let (directory, keys) = try await RunningGateway.prepare()
        return try await start(
            broker,
            more: more,
            in: directory,
            keys: keys,
            through: prefix,
            environment: environment
        )
    }

    /// As above, in a directory that is there.
    static func start(
        _ broker: String = "",
        more: String = "",
        in directory: URL,
        keys: Keys,
        through prefix: [String] = [],
        environment: [String: String] = [:]
    ) async throws -> DurableGateway {
        let running = try await RunningGateway.start(
            configuration(broker, more),
            in: directory,
            keys: keys,
            through: prefix,
            environment: environment
        )
        return DurableGateway(
            directory: directory,
            keys: keys,
            broker: broker,
            more: more,
            prefix: prefix,
            environment: environment,
            running: running,
            port: UInt16(try await running.port())
        )
    }

    private static func configuration(_ broker: String, _ more: String) -> String {
        RunningGateway.configuration(
            mode: "one-way",
            anonymous: true,
            more: "backend: { builtin: { \(broker) } }\n\(more)"
        )
        .replacing("protocol: mqtts", with: "protocol: mqtt")
        .replacing("cas: [keys/devices.crt]", with: "")
    }

    /// Starts the gateway that was ended again.
    mutating func startAgain() async throws {
        running = try await RunningGateway.start(
            Self.configuration(broker, more),
            in: directory,
            keys: keys,
            through: prefix,
            environment: environment
        )
        port = UInt16(try await running.port())
    }

    /// `kill -9`, and a new start after `pause`.
    mutating func killAndStart(after pause: Duration = .zero) async throws {
        _ = try await running.stop(SIGKILL)
        if pause > .zero { try await Task.sleep(for: pause) }
        try await startAgain()
    }

    /// A device with a connection and nothing sent yet.
    func device(_ version: ProtocolVersion = .v5) throws -> TestDevice {
        try TestDevice.reaching(port: port, version: version, patience: .seconds(15))
    }

    /// A device with a session that outlives its connection; gives whether there was one.
    func persistentDevice(
        _ clientID: Text,
        cleanStart: Bool = false,
        expiry: UInt32 = 3600,
        will: Will? = nil
    ) throws -> (device: TestDevice, sessionPresent: Bool) {
        let device = try device()
        let answer = try device.connect(
            as: clientID,
            cleanStart: cleanStart,
            will: will,
            properties: [.sessionExpiryInterval(expiry)]
        )
        return (device, answer.sessionPresent)
    }

    /// Whether `/readyz` is green, and its words.
    func readiness() async throws -> (isReady: Bool, words: String) {
        let result = try await running.sluice(["healthcheck"])
        return (result.status == 0, result.output)
    }
}

/// How long the tests of durability go on: `ROUNDS=100 make test FILTER=Durability` is an hour's worth.
enum Rounds {
    static func count(usually: Int) -> Int {
        ProcessInfo.processInfo.environment["ROUNDS"].flatMap { Int($0) } ?? usually
    }
}

extension PublishPacket {
    /// The payload as text.
    var text: String { String(decoding: payload, as: UTF8.self) }
}
