import Foundation
import Testing

/// Changes take effect on live traffic: on what they are about, and on nothing else.
@Suite(.serialized) struct LiveEffectTests {
    @Test func `revoking one of a thousand connected devices ends its session in a second, and no other`() async throws
    {
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration())
        let fleet = try ForgedFleet.forge("sensor", count: 1000, in: gateway.keys.directory)
        try await gateway.manage("ca-certs", "register", "--ca", fleet.authority, "--name", "sensors", "--no-proof")
        let imported = try await gateway.sluice(
            ["client-certs", "import", fleet.bundle, "--ca", "sensors", "--unthrottled", "-o", "json"],
            seconds: 120
        )
        #expect(imported.status == 0, "\(imported.output) \(imported.errors)")
        let sessions = try await HeldSessions.connect((1...1000).map(fleet.identity), to: gateway)

        let fingerprint = try await gateway.manage("client-certs", "list", "--cn", "sensor-500", "-o", "name")
        try await gateway.manage("client-certs", "revoke", String(fingerprint.prefix(64)), "--yes")
        let told = Date()
        let end = try await eventually("the session of the revoked device ends") { sessions.ends.first }
        #expect(end.clientID == "sensor-500")
        #expect(end.code == 0x98)
        #expect(end.time.timeIntervalSince(told) < 1, "\(end.time.timeIntervalSince(told)) s after the answer")
        #expect(try await sessions.countAlive() == 999)
        #expect(sessions.ends.count == 1, "\(sessions.ends)")
    }

    @Test func `unregistering a CA ends its devices' sessions, all of them and no others`() async throws {
        let gateway = try await RunningGateway.start()
        let going = try ForgedFleet.forge("going", count: 60, in: gateway.keys.directory)
        let staying = try ForgedFleet.forge("staying", count: 60, in: gateway.keys.directory)
        for fleet in [going, staying] {
            try await gateway.manage("ca-certs", "register", "--ca", fleet.authority, "--name", fleet.name)
        }
        let sessions = try await HeldSessions.connect(
            (1...60).flatMap { [going.identity($0), staying.identity($0)] },
            to: gateway
        )
        try await gateway.manage("ca-certs", "unregister", "going", "--yes")
        _ = try await eventually("its sessions end", within: 30) { sessions.ends.count >= 60 ? true : nil }
        #expect(Set(sessions.ends.map(\.clientID)) == Set((1...60).map(going.device)))
        #expect(try await sessions.countAlive() == 60)
    }

    @Test func `an unregistered CA's sessions stay where that was asked for`() async throws {
        let gateway = try await RunningGateway.start()
        let fleet = try ForgedFleet.forge("kept", count: 5, in: gateway.keys.directory)
        try await gateway.manage("ca-certs", "register", "--ca", fleet.authority, "--name", "kept")
        let sessions = try await HeldSessions.connect((1...5).map(fleet.identity), to: gateway)
        try await gateway.manage("ca-certs", "unregister", "kept", "--keep-sessions", "--yes")
        #expect(try await sessions.countAlive() == 5)
        #expect(sessions.ends.isEmpty)
    }

    @Test func `replacing a server certificate under a stream of handshakes loses none`() async throws {
        let gateway = try await RunningGateway.start()
        try await gateway.keys.issue("default-new", by: "root", dnsNames: ["mqtt-7f3a-sh-public.mqtt.example.net"])
        let pair = try gateway.keys.pair("device")
        try await gateway.manage(
            "certs",
            "upload",
            "--chain",
            "keys/default-new.crt",
            "--key",
            "keys/default-new.key",
            "--name",
            "new"
        )
        async let hammered = PythonDevices.run("hammer", gateway, pair, "6", "200")
        let old = try await gateway.fingerprint("default")
        for turn in 1...4 {
            try await Task.sleep(for: .seconds(1))
            try await gateway.manage("server-certs", "replace", "default", turn.isMultiple(of: 2) ? old : "new")
        }
        let words = try await hammered.split(separator: " ")
        #expect(words.count >= 4 && words[3].trimmingCharacters(in: .whitespacesAndNewlines) == "0", "\(words)")
        #expect((words.dropFirst().first.flatMap { Int($0) } ?? 0) > 100, "\(words)")
    }

    @Test func `switching TLS versions touches no live session`() async throws {
        let gateway = try await RunningGateway.start()
        let fleet = try ForgedFleet.forge("old", count: 20, in: gateway.keys.directory)
        try await gateway.manage("ca-certs", "register", "--ca", fleet.authority)
        let sessions = try await HeldSessions.connect((1...20).map(fleet.identity), to: gateway)
        for version in ["1.2", "1.0", "1.3"] {
            try await gateway.manage("tls", "set", "--min", version, "--max", version)
        }
        #expect(try await sessions.countAlive() == 20)
        #expect(sessions.ends.isEmpty)
    }
}
