import Foundation
import Glibc
import MQTTCodec
import Reactors
import TestDevice
import TestProcess
import Testing

@testable import MQTTBroker

/// Our `$SYS` beside that of the real Mosquitto, both read by mosquitto_sub.
@Suite struct MosquittoSystemTests {
    /// What a client did that both brokers count alike.
    private static let compared = [
        "publish/messages/received", "publish/bytes/received", "shared_subscriptions/count", "clients/expired",
        "publish/messages/dropped",
    ]

    @Test func `has the names that Mosquitto has, no more and no less, and the same figures`() async throws {
        let mosquitto = try MosquittoServer()
        let theirs = try await figures(port: mosquitto.port) {}
        let running = try RunningBroker()
        let ours = try await figures(port: running.port) {
            var topics = SystemTopics(version: "sluice", start: .now())
            for seconds in 0..<2 {
                let time = MonotonicTime.now().advanced(by: .seconds(seconds))
                let sample = SystemSample(
                    statistics: running.broker.statistics,
                    sockets: 0,
                    heapBytes: 1,
                    time: time
                )
                running.broker.publish(topics.update(sample))
            }
        }
        #expect(Set(ours.keys) == Set(theirs.keys))
        for name in Self.compared {
            let topic = "$SYS/broker/" + name
            #expect(ours[topic] == theirs[topic], "\(topic)")
            #expect(ours[topic] != nil)
        }
    }

    /// What a broker says after a client has subscribed and published, by topic.
    private func figures(port: UInt16, _ settle: @escaping @Sendable () -> Void) async throws -> [String: String] {
        let device = try await offPool {
            let device = try TestDevice.reaching(port: port, version: .v5)
            device.patience = .seconds(60)
            try device.connect(as: "meter")
            try device.subscribe("$share/group/some/+")
            for text in ["one", "two", "three"] {
                try device.publish("no/body/cares", Array(text.utf8), qos: .atLeastOnce)
            }
            return Held(device)
        }
        settle()
        let arguments = ["-h", "127.0.0.1", "-p", "\(port)", "-t", "$SYS/#", "-v", "-W", "4"]
        let process = try ChildProcess("/usr/bin/mosquitto_sub", arguments, output: .pipe)
        let output = try await offPool { try process.readOutput() }
        withExtendedLifetime(device) {}
        return Dictionary(
            output.split(separator: "\n").map { line in
                // Topics may hold a space: "retained messages/count". Texts that hold one are those of two topics.
                let isPhrase = line.hasPrefix("$SYS/broker/version") || line.hasPrefix("$SYS/broker/uptime")
                let cut = isPhrase ? line.firstIndex(of: " ") : line.lastIndex(of: " ")
                let end = cut ?? line.endIndex
                return (String(line[..<end]), String(line[end...].dropFirst()))
            },
            uniquingKeysWith: { _, later in later }
        )
    }

    // Sendable: only kept alive.
    private struct Held: @unchecked Sendable {
        let device: TestDevice

        init(_ device: TestDevice) { self.device = device }
    }
}

/// The real Mosquitto on a port of its own, ended with the test.
private final class MosquittoServer {
    let port: UInt16
    private let process: ChildProcess
    private let folder: String

    init() throws {
        port = try Self.freePort()
        folder = NSTemporaryDirectory() + "sluice-mosquitto-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = folder + "/mosquitto.conf"
        try "listener \(port) 127.0.0.1\nallow_anonymous true\nsys_interval 1\n"
            .write(toFile: file, atomically: true, encoding: .utf8)
        process = try ChildProcess("/usr/sbin/mosquitto", ["-c", file], output: .null)
        let end = ContinuousClock.now + .seconds(30)
        while (try? TestDevice.reaching(port: port, version: .v5)) == nil {
            guard ContinuousClock.now < end else { throw BenchError.refused(.serverUnavailable) }
            usleep(10_000)
        }
    }

    deinit {
        process.send(signal: SIGTERM)
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func freePort() throws -> UInt16 {
        let reactor = try ReactorGroup(count: 1)
        let listener = try Listener(address: SocketAddress("127.0.0.1:0"), on: reactor) { _, _ in }
        defer { reactor.stop() }
        return listener.boundAddress.port
    }
}
