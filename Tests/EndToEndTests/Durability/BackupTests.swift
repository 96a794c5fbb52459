import Foundation
import MQTTCodec
import TestDevice
import TestProcess
import Testing

/// `sluice backup` and `sluice restore` with the built program.
@Suite struct BackupTests {
    private func sluice(_ gateway: DurableGateway, _ arguments: String...) async throws -> CommandResult {
        let configuration = gateway.directory.appendingPathComponent("sluice.yaml").path
        return try await run(
            RunningGateway.program,
            arguments + ["--config", configuration],
            in: gateway.directory
        )
    }

    @Test func `a backup of a running gateway brings registry and sessions back`() async throws {
        var gateway = try await DurableGateway.start()
        let (device, _) = try gateway.persistentDevice("device")
        try device.subscribe("a", qos: .atLeastOnce)
        try device.disconnect()
        let publisher = try gateway.device()
        try publisher.connect(as: "publisher")
        try publisher.publish("a", text: "before", qos: .atLeastOnce)
        try await gateway.running.manage("tls", "set", "--min", "1.3", "--max", "1.3", "--yes")

        let backup = try await sluice(gateway, "backup", "copy")
        #expect(backup.status == 0, "\(backup.errors)")
        #expect(backup.output.contains("broker.sqlite") && backup.output.contains("SHA-256"))
        #expect(backup.errors.contains("the master key"), "what is not in it is said")
        let masterKey = try String(contentsOf: gateway.directory.appendingPathComponent("master.key"), encoding: .utf8)
        #expect(!backup.output.contains(masterKey.prefix(32)))
        let again = try await sluice(gateway, "backup", "copy")
        #expect(again.status == 65, "nothing is overwritten")

        try publisher.publish("a", text: "after", qos: .atLeastOnce)
        try await gateway.running.manage("tls", "set", "--min", "1.2", "--max", "1.3", "--yes")
        let running = try await sluice(gateway, "restore", "copy", "--force")
        #expect(running.status == 1)
        #expect(running.errors.contains("in use by process \(gateway.running.processIdentifier)"), "\(running.errors)")
        #expect(gateway.running.isRunning)

        _ = try await gateway.running.stop(SIGKILL)
        let kept = try await sluice(gateway, "restore", "copy")
        #expect(kept.status == 1)
        #expect(kept.errors.contains("--force"), "\(kept.errors)")
        let rehearsal = try await sluice(gateway, "restore", "copy", "--dry-run", "--force")
        #expect(rehearsal.status == 0)
        #expect(rehearsal.output.contains("Would be put into"), "\(rehearsal.output)")
        let restored = try await sluice(gateway, "restore", "copy", "--force")
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.output.contains("undo: "), "\(restored.output)")

        try await gateway.startAgain()
        #expect(try await gateway.running.manage("tls", "show", "-o", "json").contains("\"min\":\"1.3\""))
        let (restoredDevice, isPresent) = try gateway.persistentDevice("device")
        #expect(isPresent)
        #expect(try restoredDevice.receiveAndAcknowledge().text == "before")
        #expect(try restoredDevice.receiveAllPublished() == [])

        // The way back that it printed.
        let undo = try #require(restored.output.split(separator: "\n").last { $0.contains("undo: ") })
        _ = try await gateway.running.stop(SIGTERM)
        let back = try await run("sh", ["-c", String(undo.trimmingPrefix { $0 == " " }.dropFirst("undo: ".count))])
        #expect(back.status == 0, "\(back.errors)")
        try await gateway.startAgain()
        #expect(try await gateway.running.manage("tls", "show", "-o", "json").contains("\"min\":\"1.2\""))
        let (late, _) = try gateway.persistentDevice("device")
        #expect(try late.receiveAndAcknowledge().text == "before")
        #expect(try late.receiveAndAcknowledge().text == "after")
    }

    @Test func `a backup that was changed is refused with 65, and what a gateway keeps stays`() async throws {
        var gateway = try await DurableGateway.start()
        #expect(try await sluice(gateway, "backup", "copy").status == 0)
        #expect(try await gateway.running.stop(SIGTERM) == 0)
        let file = gateway.directory.appendingPathComponent("copy/registry.sqlite")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 0xFF
        try bytes.write(to: file)
        let result = try await sluice(gateway, "restore", "copy", "--force")
        #expect(result.status == 65)
        #expect(result.errors.contains("copy/registry.sqlite is not what was backed up"), "\(result.errors)")
        try await gateway.startAgain()
    }
}
