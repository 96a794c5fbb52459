import Foundation
import MQTTCodec
import TestDevice
import TestProcess
import Testing

/// Peers that stand still.
@Suite(.serialized) struct DurabilityPeersTests {
    @Test func `a subscriber that is stopped slows nobody, and gets all of it when it goes on`() async throws {
        let count = 400
        let gateway = try await DurableGateway.start("maxQueuedMessages: 10000, maxQueuedBytes: 64MiB")
        let output = gateway.directory.appendingPathComponent("received").path
        let stopped = try ChildProcess(
            "mosquitto_sub",
            [
                "-h", "127.0.0.1", "-p", "\(gateway.port)", "-i", "stopped", "-c", "-q", "1", "-t", "a", "-C",
                "\(count)",
                "-F", "%l",
            ],
            output: .file(output)
        )
        let (reader, _) = try gateway.persistentDevice("reader")
        try reader.subscribe("a", qos: .atLeastOnce)
        _ = try await eventually("both have subscribed") { () -> Bool? in
            try await gateway.running.manage("status", "-o", "json").contains("\"subscriptions\":2") ? true : nil
        }
        stopped.send(signal: SIGSTOP)
        let publisher = try gateway.device()
        try publisher.connect(as: "publisher")
        let payload = [UInt8](repeating: 0x61, count: 20_000)
        let clock = ContinuousClock.now
        for _ in 0..<count {
            #expect(try publisher.publish("a", payload, qos: .atLeastOnce) == .success)
            #expect(try reader.receiveAndAcknowledge().payload.count == payload.count)
        }
        let elapsed = ContinuousClock.now - clock
        #expect(elapsed < .seconds(20), "the others were held up: \(elapsed)")
        stopped.send(signal: SIGCONT)
        let ending = try await eventually("the stopped one has all") { stopped.ending }
        #expect(ending == .exited(0))
        let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == count && lines.allSatisfy { $0 == "20000" })
    }
}
