import Foundation
import MQTTCodec
import TestDevice
import Testing

/// A calendar that jumps, as NTP or an operator makes it.
@Suite struct DurabilityClockTests {
    /// Builds the library that steps the gateway's clock, by the compiler of the toolchain.
    private func library(in directory: URL) async throws -> String {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("stepped_clock.c")
        let library = directory.appendingPathComponent("stepped_clock.so").path
        let result = try await run("clang", ["-shared", "-fPIC", "-O1", "-o", library, source.path])
        try #require(result.status == 0, "\(result.errors)")
        return library
    }

    @Test(arguments: [7200, -7200])
    func `a step of the clock ends no session and no message before its time`(step: Int) async throws {
        let (directory, keys) = try await RunningGateway.prepare()
        let clock = directory.appendingPathComponent("clock")
        try Data("0".utf8).write(to: clock)
        var gateway = try await DurableGateway.start(
            in: directory,
            keys: keys,
            environment: ["LD_PRELOAD": try await library(in: directory), "STEPPED_CLOCK": clock.path]
        )
        let (device, _) = try gateway.persistentDevice("device", expiry: 600)
        try device.subscribe("a", qos: .atLeastOnce)
        try device.disconnect()
        let connected = try gateway.device()
        try connected.connect(as: "connected", keepAlive: 60)
        try connected.publish("a", Array("1".utf8), qos: .atLeastOnce, properties: [.messageExpiryInterval(300)])
        try Data("\(step)".utf8).write(to: clock)
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
