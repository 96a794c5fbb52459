import Glibc
import TestProcess
import Testing

@testable import MQTTBroker

/// Mosquitto's own clients against the broker.
@Suite struct MosquittoTests {
    @Test(arguments: ["mqttv31", "mqttv311", "mqttv5"], ["0", "1", "2"])
    func `mosquitto_pub reaches mosquitto_sub`(version: String, qos: String) async throws {
        let running = try RunningBroker()
        let subscriber = try Client(
            "mosquitto_sub",
            running.port,
            ["-V", version, "-q", qos, "-t", "a/+", "-C", "3", "-W", "20", "-F", "%t %q %p"]
        )
        #expect(await running.reaches { $0.subscriptions == 1 })
        for text in ["one", "two", "three"] {
            let publisher = try Client(
                "mosquitto_pub",
                running.port,
                ["-V", version, "-q", qos, "-t", "a/b", "-m", text]
            )
            #expect(await publisher.output() == "")
        }
        #expect(await subscriber.output() == "a/b \(qos) one\na/b \(qos) two\na/b \(qos) three\n")
    }

    @Test func `a persistent session of mosquitto_sub gets what came while it was away`() async throws {
        let running = try RunningBroker()
        let arguments = ["-q", "1", "-t", "t", "-i", "keeper", "-c", "-W", "20"]
        _ = try await Client("mosquitto_sub", running.port, arguments + ["-E"]).output()
        #expect(await running.reaches { $0.connected == 0 && $0.sessions == 1 })
        for text in ["1", "2"] {
            _ = try await Client("mosquitto_pub", running.port, ["-q", "1", "-t", "t", "-m", text]).output()
        }
        #expect(try await Client("mosquitto_sub", running.port, arguments + ["-C", "2"]).output() == "1\n2\n")
    }

    @Test func `a retained message and a will reach mosquitto_sub`() async throws {
        let running = try RunningBroker()
        _ = try await Client("mosquitto_pub", running.port, ["-r", "-t", "state", "-m", "on"]).output()
        let watcher = try Client("mosquitto_sub", running.port, ["-t", "#", "-C", "2", "-W", "20", "-F", "%r %t %p"])
        #expect(await running.reaches { $0.subscriptions == 1 })
        let victim = try Client(
            "mosquitto_sub",
            running.port,
            ["-t", "never", "--will-topic", "will", "--will-payload", "gone", "-i", "victim"]
        )
        #expect(await running.reaches { $0.subscriptions == 2 })
        victim.kill()
        #expect(await watcher.output() == "1 state on\n0 will gone\n")
    }

    /// A running client program, started without a shell and ended by its own id.
    private final class Client {
        private let process: ChildProcess

        init(_ name: String, _ port: UInt16, _ arguments: [String]) throws {
            let server = ["-h", "127.0.0.1", "-p", "\(port)"]
            process = try ChildProcess("/usr/bin/\(name)", server + arguments, output: .pipe)
        }

        /// What the program writes until it ends.
        func output() async -> String {
            let process = process
            return (try? await offPool { try process.readOutput() }) ?? ""
        }

        func kill() {
            process.send(signal: SIGKILL)
        }
    }
}
