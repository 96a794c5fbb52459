import Foundation
import Testing

/// What was replaced goes on working for a while, for those who need it.
@Suite struct GracePeriodTests {
    /// A gateway whose custom slot serves a certificate of `root`; `root-new` and its certificate `custom-new` are there.
    private func prepare() async throws -> RunningGateway {
        let gateway = try await RunningGateway.start()
        try await bindCustomCertificate(gateway)
        try await gateway.keys.authority("root-new")
        try await gateway.keys.issue("custom-new", by: "root-new", dnsNames: ["mqtt.company.example"])
        try await gateway.manage(
            "certs",
            "upload",
            "--chain",
            "keys/custom-new.crt",
            "--key",
            "keys/custom-new.key",
            "--name",
            "company-new"
        )
        return gateway
    }

    /// Which of the two certificates a device that trusts `root` alone ends up with: the exit status of mosquitto_pub.
    private func publishes(_ device: Device, trusting root: String) async throws -> Bool {
        try await device.publish("-t", "a", "-m", "b", "-q", "1", "-i", "x", trusting: root).status == 0
    }

    @Test func `a device that refuses the new certificate gets the old one at its next try`() async throws {
        let gateway = try await prepare()
        try await gateway.manage("server-certs", "replace", "custom-1", "company-new", "--grace", "10m")
        let device = Device(gateway: gateway, port: try await gateway.port())
        #expect(try await publishes(device, trusting: "root-new"))
        #expect(try await !publishes(device, trusting: "root"), "the new one comes first")
        #expect(try await publishes(device, trusting: "root"), "\(gateway.log)")
        let report = try await eventually("the rotation report names the device") { () -> String? in
            let report = try await gateway.sluice(["server-certs", "rotation", "custom-1", "-o", "json"])
            return report.output.contains("device-1") || report.output.contains("\"x\"") ? report.output : nil
        }
        #expect(report.contains("\"pendingCount\" : 1") || report.contains("\"pendingCount\":1"), "\(report)")
        try await gateway.manage("server-certs", "grace", "end", "custom-1")
        for _ in 1...2 { #expect(try await !publishes(device, trusting: "root")) }
        #expect(try await publishes(device, trusting: "root-new"))
    }

    @Test func `the deadline ends it by itself, and a restart neither moves nor loses it`() async throws {
        let gateway = try await prepare()
        try await gateway.manage("server-certs", "replace", "custom-1", "company-new", "--grace", "20s")
        let deadline = ContinuousClock.now + .seconds(20)
        let until = try await grace(gateway)
        _ = try await gateway.stop(SIGKILL)
        let again = try await RunningGateway.start(
            RunningGateway.configuration(),
            in: gateway.directory,
            keys: gateway.keys
        )
        #expect(try await grace(again) == until)
        let device = Device(gateway: again, port: try await again.port())
        _ = try await publishes(device, trusting: "root")
        #expect(try await publishes(device, trusting: "root"), "within the period: \(again.log)")
        try await Task.sleep(until: deadline + .seconds(1), clock: .continuous)
        for _ in 1...2 { #expect(try await !publishes(device, trusting: "root"), "after the deadline") }
        #expect(try await publishes(device, trusting: "root-new"))
        _ = try await eventually("the slot forgets the old one") { () -> Bool? in
            try await grace(again) == nil ? true : nil
        }
    }

    @Test func `without grace the old certificate is gone at once`() async throws {
        let gateway = try await prepare()
        try await gateway.manage("server-certs", "replace", "custom-1", "company-new", "--grace", "0s")
        let device = Device(gateway: gateway, port: try await gateway.port())
        for _ in 1...2 { #expect(try await !publishes(device, trusting: "root")) }
        #expect(try await publishes(device, trusting: "root-new"))
    }

    @Test func `devices of a replaced CA are let in until its deadline`() async throws {
        let gateway = try await RunningGateway.start()
        let (old, new) = (
            try await Device.reaching(gateway), try await Device.reaching(gateway, certificate: "stranger")
        )
        let fingerprint = try await gateway.fingerprint("devices")
        try await gateway.manage(
            "ca-certs",
            "replace",
            fingerprint,
            "--ca",
            "keys/strangers.crt",
            "--name",
            "fleet",
            "--grace",
            "8s"
        )
        let deadline = ContinuousClock.now + .seconds(8)
        #expect(try await old.connackCode() == 0)
        #expect(try await new.connackCode() == 0)
        let report = try await gateway.sluice(["ca-certs", "rotation", "fleet"])
        #expect(report.status == 1, "somebody still needs it: \(report.output)")
        try await Task.sleep(until: deadline + .seconds(1), clock: .continuous)
        #expect(try await old.connackCode() == nil)
        #expect(try await new.connackCode() == 0)
    }

    /// The end of the custom slot's grace period as it is told; nil when none is open.
    private func grace(_ gateway: RunningGateway) async throws -> String? {
        struct Slot: Decodable {
            struct Grace: Decodable { let until: String }
            let grace: Grace?
        }
        return try await gateway.read(Slot.self, "server-certs", "show", "custom-1").grace?.until
    }
}
