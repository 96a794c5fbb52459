import Foundation
import TestProcess
import Testing

/// What the gateway remembers: audit log, events, refusals; and that it survives being killed.
@Suite struct RecordTests {
    @Test func `killed at any point of a change, it comes back with the old state or the new one`() async throws {
        var gateway = try await RunningGateway.start(
            RunningGateway.registryConfiguration(more: "registration: { ratePerSecond: 1000, burst: 1000 }")
        )
        let fleet = try ForgedFleet.forge("crash", count: 60, in: gateway.keys.directory)
        try await gateway.manage("ca-certs", "register", "--ca", fleet.authority, "--name", "crash", "--no-proof")
        var registered = 0
        for round in 0..<4 {
            let running = gateway
            // One change after the other, until one is not answered any more.
            let changes = Task {
                var answered = 0
                for number in (round * 15 + 1)...(round * 15 + 15) {
                    let words = ["client-certs", "register", "--cert", fleet.identity(number), "--ca", "crash"]
                    guard let result = try? await running.sluice(words), result.status == 0 else { break }
                    answered += 1
                }
                return answered
            }
            try await Task.sleep(for: .milliseconds(300 + 170 * round))
            _ = try await gateway.stop(SIGKILL)
            registered += await changes.value
            gateway = try await RunningGateway.start(
                String(contentsOf: gateway.configuration, encoding: .utf8),
                in: gateway.directory,
                keys: gateway.keys
            )
            let there = try await gateway.manage("client-certs", "list", "--all", "-o", "name").split(separator: "\n")
            // What was answered is there; at most the one change that was under way may be there besides.
            #expect((registered...(registered + 1)).contains(there.count), "round \(round)")
            registered = there.count
            let verified = try await gateway.sluice(["audit", "verify"])
            #expect(verified.status == 0, "\(verified.output)")
            let lines = try await gateway.manage(
                "audit",
                "list",
                "--action",
                "client-certificate",
                "--all",
                "-o",
                "name"
            )
            #expect(lines.split(separator: "\n").count == registered, "a line for each change, and no line without one")
        }
    }

    @Test func `a line of the audit log that somebody changed is found`() async throws {
        let gateway = try await RunningGateway.start()
        for version in ["1.1", "1.2", "1.3"] { try await gateway.manage("tls", "set", "--min", version) }
        #expect(try await gateway.sluice(["audit", "verify"]).status == 0)
        _ = try await gateway.stop()
        let script = """
            import glob, sqlite3, sys
            for file in glob.glob(sys.argv[1] + "/*"):
                try:
                    db = sqlite3.connect(file)
                    tables = [r[0] for r in db.execute("select name from sqlite_master where type='table'")]
                except sqlite3.DatabaseError:
                    continue
                for table in tables:
                    if "audit" not in table.lower():
                        continue
                    for (name,) in db.execute("select name from sqlite_master where type='trigger'").fetchall():
                        db.execute(f"drop trigger {name}")
                    columns = [r[1] for r in db.execute(f"pragma table_info({table})")]
                    if "object" in columns:
                        db.execute(f"update {table} set object = object || '!' where rowid = 2")
                db.commit()
            """
        let data = gateway.directory.appendingPathComponent("data").path
        let changed = try await run("/usr/bin/python3", ["-c", script, data])
        #expect(changed.status == 0, "\(changed.errors)")
        let again = try await RunningGateway.start(
            RunningGateway.configuration(),
            in: gateway.directory,
            keys: gateway.keys
        )
        let verified = try await again.sluice(["audit", "verify"])
        #expect(verified.status == 1, "\(verified.output)")
        #expect(verified.output.contains("2"), "\(verified.output)")
    }

    @Test func `events are told as they happen, over the API and on the broker`() async throws {
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration(registration: "automatic"))
        let output = gateway.directory.appendingPathComponent("events")
        let follower = try ChildProcess(
            RunningGateway.program,
            ["events", "--follow", "-o", "jsonl"],
            environment: ["SLUICE_SOCKET": gateway.socket],
            output: .file(output.path)
        )
        defer { follower.stop() }
        let device = try await Device.reaching(gateway)
        _ = try await eventually("the events of a device") { () -> Bool? in
            _ = try await device.connackCode(clientID: "pump-1")
            let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
            return text.contains("client_connected") && text.contains("client_disconnected") ? true : nil
        }
        let told = try await gateway.manage("events", "--kind", "certificate_registered", "-o", "name")
        #expect(told == "certificate_registered\n", "\(told)")
        #expect(try await device.connackCode(clientID: "pump-1") == 0)
        async let heard = device.subscribe("-t", "$events/#", "-W", "6", "-i", "listener")
        _ = try await eventually("the listener is connected") { () -> Bool? in
            try await gateway.manage("status", "-o", "json").contains("\"subscriptions\":1") ? true : nil
        }
        _ = try await device.publish("-t", "$events/client_connected", "-m", "forged", "-q", "0", "-i", "liar")
        #expect(try await device.connackCode(clientID: "pump-2") == 0)
        let messages = try await heard.output
        #expect(messages.contains("pump-2"), "\(messages)")
        #expect(!messages.contains("forged"), "devices cannot tell events")
    }

    @Test func `explain tells why a device was refused, by all that is known of it`() async throws {
        let gateway = try await RunningGateway.start()
        let stranger = try await Device.reaching(gateway, certificate: "stranger")
        #expect(try await stranger.connackCode(clientID: "pump-1") == nil)
        for query in [
            "stranger", "127.0.0.1", "mqtt-7f3a-sh-public.mqtt.example.net", try await gateway.fingerprint("stranger"),
        ] {
            let explained = try await gateway.sluice(["explain", query])
            #expect(explained.status == 0, "\(query): \(explained.output) \(explained.errors)")
            #expect(explained.output.contains("→"), "\(explained.output)")
        }
        let nobody = try await gateway.sluice(["explain", "somebody-else"])
        #expect(nobody.status == 1)
        #expect(!nobody.output.isEmpty)
    }

    @Test func `a dry run of TLS versions names the clients that it would cut off`() async throws {
        let gateway = try await RunningGateway.start()
        let device = try await Device.reaching(gateway)
        let new = try await device.publish(
            "-t",
            "a",
            "-m",
            "b",
            "-q",
            "1",
            "-i",
            "new-pump",
            "--tls-version",
            "tlsv1.3"
        )
        #expect(new.status == 0)
        let told = try await eventually("the sighting is stored") { () -> String? in
            let told = try await gateway.manage("tls", "set", "--max", "1.2", "--dry-run")
            return told.contains("new-pump") ? told : nil
        }
        #expect(told.contains("cut off: 1 of the 1"), "\(told)")
        #expect(try await gateway.manage("tls", "show", "-o", "name") == "1.0-1.3\n")
    }

    @Test func `what a CA's revocation list revokes does not come in`() async throws {
        let gateway = try await RunningGateway.start()
        let device = try await Device.reaching(gateway)
        #expect(try await device.connackCode() == 0)
        try await gateway.keys.revoke("device", by: "devices", list: "devices.crl")
        let authority = try await gateway.fingerprint("devices")
        try await gateway.manage("ca-certs", "crl", authority, "--file", "keys/devices.crl")
        #expect(try await device.connackCode() == nil)
        #expect(try await gateway.manage("explain", "device-1").contains("revoked"))
        try await gateway.manage("ca-certs", "crl", authority, "--remove", "--yes")
        #expect(try await device.connackCode() == 0)
    }
}
