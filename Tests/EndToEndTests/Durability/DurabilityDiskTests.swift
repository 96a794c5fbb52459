import Foundation
import MQTTCodec
import TestDevice
import Testing

/// A disk that is full, files that are damaged, descriptors that are used up.
@Suite(.serialized) struct DurabilityDiskTests {
    /// Runs a program with `data` on a small disk of its own, which nobody else sees: /proc/PID/root leads there.
    private static func onSmallDisk(_ directory: URL) -> [String] {
        let data = directory.appendingPathComponent("data").path
        return [
            "unshare", "--mount", "--propagation", "private", "sh", "-c",
            "mount -t tmpfs -o size=4m,mode=700 tmpfs '\(data)' && exec \"$@\"", "sh",
        ]
    }

    /// Writes until nothing more fits; the file's removal frees the disk.
    private func fill(_ ballast: String) throws {
        guard FileManager.default.createFile(atPath: ballast, contents: nil),
            let file = FileHandle(forWritingAtPath: ballast)
        else { throw CommandFailure(description: "\(ballast) cannot be made") }
        for size in [65_536, 4096] {
            while (try? file.write(contentsOf: Data(repeating: 7, count: size))) != nil {}
        }
        try file.close()
    }

    @Test(.enabled(if: geteuid() == 0))
    func `full, refuses what must be kept and nothing else, and goes on by itself`() async throws {
        let (directory, keys) = try await RunningGateway.prepare()
        try FileManager.default.createDirectory(
            at: directory.appendingPathComponent("data"),
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let gateway = try await DurableGateway.start(
            more: "admin: { socket: admin.sock }",
            in: directory,
            keys: keys,
            through: Self.onSmallDisk(directory)
        )
        let (away, _) = try gateway.persistentDevice("away")
        try away.subscribe("a/#", qos: .exactlyOnce)
        try away.disconnect()
        let reader = try gateway.device()
        try reader.connect(as: "reader")
        try reader.subscribe("#", qos: .atMostOnce)
        let publisher = try gateway.device()
        try publisher.connect(as: "publisher")
        let old = try gateway.device(.v3_1_1)
        try old.connect(as: "old")
        #expect(try publisher.publish("a/1", text: "before", qos: .atLeastOnce) == .success)

        let root = "/proc/\(gateway.running.processIdentifier)/root"
        let ballast = "\(root)\(directory.path)/data/ballast"
        try fill(ballast)
        // The journal has some room of its own; 8 KiB a message use it up.
        let payload = [UInt8](repeating: 0x61, count: 8192)
        var accepted = 1
        var code = ReasonCode.success
        while code == .success, accepted < 2000 {
            code = try publisher.publish("a/1", payload, qos: .atLeastOnce) ?? .success
            if code == .success { accepted += 1 }
        }
        #expect(code == .quotaExceeded)
        #expect(try publisher.publish("a/2", payload, qos: .exactlyOnce) == .quotaExceeded)
        #expect(try publisher.publish("b", payload, qos: .atLeastOnce, retain: true) == .quotaExceeded)
        // 3.1.1 has no way to say so but to close.
        try old.send(PublishPacket(topic: "a/3", payload: payload, qos: .atLeastOnce, packetIdentifier: 1))
        #expect(try old.receiveUntilClosed().isEmpty)
        // Whom nobody must keep anything for goes on.
        let unkept = try publisher.publish("b", payload, qos: .atLeastOnce)
        #expect(unkept?.isFailure == false)
        try publisher.publish("b", text: "still here", qos: .atMostOnce)
        _ = try reader.receive { received in
            if case .publish(let publish) = received, publish.payload == Array("still here".utf8) { true } else { nil }
        }
        let red = try await gateway.readiness()
        #expect(!red.isReady)
        #expect(red.words.contains("[-] broker-storage:"), "\(red.words)")

        try FileManager.default.removeItem(atPath: ballast)
        _ = try await eventually("it takes messages again", within: 10) { () -> Bool? in
            try publisher.publish("a/1", text: "after", qos: .atLeastOnce) == .success ? true : nil
        }
        accepted += 1
        _ = try await eventually("/readyz is green") { try await gateway.readiness().isReady ? true : nil }
        let (again, isPresent) = try gateway.persistentDevice("away")
        #expect(isPresent)
        var received = 0
        while received < accepted {
            _ = try again.receiveAndAcknowledge()
            received += 1
        }
        #expect(try again.receiveAllPublished() == [], "only what was acknowledged")
    }

    @Test func `damaged, the gateway says which file, what it found and the way out, and changes nothing`() async throws
    {
        let gateway = try await DurableGateway.start()
        let (device, _) = try gateway.persistentDevice("device")
        try device.subscribe("a", qos: .atLeastOnce)
        // A copy has in one file what the gateway has in its file and the journal.
        let copy = gateway.directory.appendingPathComponent("copy")
        try await gateway.running.manage(
            "backup",
            copy.path,
            "--config",
            gateway.directory.appendingPathComponent("sluice.yaml").path
        )
        #expect(try await gateway.running.stop(SIGTERM) == 0)
        let file = gateway.directory.appendingPathComponent("data/broker.sqlite")
        for journal in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + journal) }
        var bytes = try Data(contentsOf: copy.appendingPathComponent("broker.sqlite"))
        try #require(bytes.count > 8192)
        bytes.replaceSubrange(4096..<8192, with: Data(repeating: 0xA5, count: 4096))
        try bytes.write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        let result = try await run(
            RunningGateway.program,
            ["serve", "--config", gateway.directory.appendingPathComponent("sluice.yaml").path]
        )
        #expect(result.status == 69)
        #expect(result.errors.contains("data/broker.sqlite is damaged:"), "\(result.errors)")
        #expect(result.errors.contains("sluice restore"), "\(result.errors)")
        #expect(try Data(contentsOf: file) == bytes)
    }

    @Test func `out of descriptors, those who are connected go on, and others come in when there are some`()
        async throws
    {
        let gateway = try await DurableGateway.start(through: ["prlimit", "--nofile=128:128"])
        let (away, _) = try gateway.persistentDevice("away")
        try away.subscribe("a", qos: .atLeastOnce)
        try away.disconnect()
        let publisher = try gateway.device()
        try publisher.connect(as: "publisher")
        var crowd: [TestDevice] = []
        for _ in 0..<150 { crowd.append(try gateway.device()) }
        for number in 0..<20 {
            #expect(try publisher.publish("a", text: "\(number)", qos: .atLeastOnce) == .success)
        }
        for device in crowd { device.vanish() }
        let late = try await eventually("a device comes in again") { () -> TestDeviceBox? in
            guard let (device, isPresent) = try? gateway.persistentDevice("away"), isPresent else { return nil }
            return TestDeviceBox(device)
        }
        for number in 0..<20 {
            #expect(try late.device.receiveAndAcknowledge().text == "\(number)")
        }
    }
}

/// A device that goes from one task to another, and is used by one at a time.
// Sendable: whoever makes it gives it away.
final class TestDeviceBox: @unchecked Sendable {
    let device: TestDevice

    init(_ device: TestDevice) { self.device = device }
}
