import Foundation
import MQTTCodec
import TestDevice
import TestProcess
import Testing

/// Peers that stand still, and a calendar that jumps.
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

    /// libfaketime reads the time again from a file: `+3600` is an hour later than it is.
    private static let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"

    @Test(.enabled(if: FileManager.default.fileExists(atPath: library)), arguments: ["+7200", "-7200"])
    func `a step of the clock ends no session and no message before its time`(step: String) async throws {
        let (directory, keys) = try await RunningGateway.prepare()
        let offset = directory.appendingPathComponent("offset")
        try Data("+0\n".utf8).write(to: offset)
        var gateway = try await DurableGateway.start(
            in: directory,
            keys: keys,
            environment: [
                "LD_PRELOAD": Self.library, "FAKETIME_TIMESTAMP_FILE": offset.path, "FAKETIME_NO_CACHE": "1",
                // The clocks that only run are the kernel's: no step of the calendar touches them.
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
            ]
        )
        let (device, _) = try gateway.persistentDevice("device", expiry: 600)
        try device.subscribe("a", qos: .atLeastOnce)
        try device.disconnect()
        let connected = try gateway.device()
        try connected.connect(as: "connected", keepAlive: 60)
        try connected.publish("a", Array("1".utf8), qos: .atLeastOnce, properties: [.messageExpiryInterval(300)])
        try Data("\(step)\n".utf8).write(to: offset)
        try connected.publish("a", Array("2".utf8), qos: .atLeastOnce, properties: [.messageExpiryInterval(300)])
        try connected.ping()

        let (again, isPresent) = try gateway.persistentDevice("device", expiry: 600)
        #expect(isPresent)
        for text in ["1", "2"] {
            let message = try again.receiveAndAcknowledge()
            #expect(message.text == text)
            let left = try #require(message.properties.messageExpiryInterval)
            #expect((250...300).contains(left), "\(left) s of 300 are left")
        }
        try again.disconnect()
        // What is written after the step bears the time after it.
        try await gateway.killAndStart()
        #expect(try gateway.persistentDevice("device", expiry: 600).sessionPresent)
    }
}
