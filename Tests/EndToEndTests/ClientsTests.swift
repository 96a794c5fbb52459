import Foundation
import Testing

/// `sluice clients` and `$SYS`, with real clients on the built program.
@Suite struct ClientsTests {
    private struct List: Decodable {
        struct Client: Decodable {
            let clientID: String
            let state: String
            let accessPoint: String?
            let commonName: String?
            let subscriptionCount: Int
            let queuedMessages: Int
            let keepAlive: Int?
            let expiresAt: String?
        }
        let items: [Client]
        let nextCursor: String?
    }

    @Test func `an operator lists, shows and disconnects clients`() async throws {
        let gateway = try await RunningGateway.start()
        let device = try await Device.reaching(gateway)
        // One whose session waits, with a message in its queue.
        _ = try await device.subscribe("-i", "away/1", "-c", "-q", "1", "-t", "news", "-E")
        async let held = device.subscribe(
            "-i",
            "here é",
            "-V",
            "mqttv5",
            "-t",
            "$share/g/work/+",
            "-t",
            "other",
            "-k",
            "33",
            "-W",
            "60",
            "-d"
        )
        _ = try await eventually("both have their subscriptions") { () -> Bool? in
            let list = try await gateway.read(List.self, "clients", "list")
            return list.items.map(\.subscriptionCount) == [1, 2] ? true : nil
        }
        _ = try await device.publish("-i", "publisher", "-t", "news", "-m", "x", "-q", "1")

        let all = try await gateway.read(List.self, "clients", "list")
        #expect(all.items.map(\.clientID) == ["away/1", "here é"])
        #expect(all.items.map(\.state) == ["waiting", "connected"])
        #expect(all.items.map(\.queuedMessages) == [1, 0])
        #expect(all.items[1].accessPoint == "public")
        #expect(all.items[1].commonName == "device-1")
        #expect(all.items[1].keepAlive == 33)
        #expect(try await gateway.manage("clients", "list", "--state", "waiting", "-o", "name") == "away/1\n")
        #expect(try await gateway.manage("clients", "list", "--prefix", "here", "-o", "name") == "here é\n")
        #expect(try await gateway.manage("clients", "list", "--protocol", "5.0", "-o", "name") == "here é\n")
        let first = try await gateway.sluice(["clients", "list", "--limit", "1", "-o", "json"])
        let cursor = try #require(try JSONDecoder().decode(List.self, from: Data(first.output.utf8)).nextCursor)
        #expect(try await gateway.manage("clients", "list", "--cursor", cursor, "-o", "name") == "here é\n")

        let shown = try await gateway.manage("clients", "show", "here é")
        #expect(shown.contains("MQTT 5.0") && shown.contains("$share/g/work/+"), "\(shown)")
        #expect(
            try await gateway.manage("clients", "subscriptions", "away/1", "-o", "table").contains("news")
        )
        #expect(try await gateway.sluice(["clients", "show", "nobody"]).status == 65)

        let rehearsed = try await gateway.manage("clients", "disconnect", "here é", "--dry-run")
        #expect(rehearsed.hasPrefix("Would have: disconnected the client here é"), "\(rehearsed)")
        try await gateway.manage("clients", "disconnect", "here é")
        // 152 = 0x98, administrative action; mosquitto_sub comes back by itself unless it is told why not to.
        #expect(try await held.output.contains("DISCONNECT (152)"))
        #expect(try await gateway.sluice(["clients", "disconnect", "away/1", "--session", "drop"]).status == 64)
        try await gateway.manage("clients", "disconnect", "away/1", "--session", "drop", "--yes")
        #expect(try await gateway.manage("clients", "list", "-o", "name") == "")
        let audit = try await gateway.manage("audit", "list", "-o", "json")
        #expect(audit.components(separatedBy: "client.disconnect").count == 3, "\(audit)")
    }

    @Test func `the broker says on $SYS how it is, as often as it is told to`() async throws {
        let gateway = try await RunningGateway.start(
            RunningGateway.configuration(more: "backend: { builtin: { sysInterval: 1s } }")
        )
        let device = try await Device.reaching(gateway)
        let heard = try await device.subscribe("-t", "$SYS/#", "-v", "-W", "4", "-i", "watcher").output
        #expect(heard.contains("$SYS/broker/version sluice version "), "\(heard)")
        #expect(heard.contains("$SYS/broker/clients/connected 1"), "\(heard)")
        #expect(heard.contains("$SYS/broker/heap/current "), "\(heard)")
        #expect(heard.components(separatedBy: "$SYS/broker/uptime ").count > 3, "\(heard)")
        #expect(try await device.subscribe("-t", "#", "-v", "-W", "3").output == "")
    }

    @Test func `a broker that is not to say how it is says nothing`() async throws {
        let gateway = try await RunningGateway.start(
            RunningGateway.configuration(more: "backend: { builtin: { sysInterval: 0s } }")
        )
        let device = try await Device.reaching(gateway)
        #expect(try await device.subscribe("-t", "$SYS/#", "-v", "-W", "3").output == "")
    }

    @Test func `events tell how a connection went, and certificates who is connected with them`() async throws {
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration(registration: "automatic"))
        let device = try await Device.reaching(gateway)
        async let watched = device.subscribe(
            "-i",
            "watcher",
            "-t",
            "$events/client_disconnected",
            "-C",
            "1",
            "-W",
            "30"
        )
        _ = try await eventually("the watcher is connected") { () -> Bool? in
            try await gateway.manage("clients", "list", "-o", "name") == "watcher\n" ? true : nil
        }
        let fingerprint = try await gateway.fingerprint("device")
        let shown = try await gateway.manage("client-certs", "show", fingerprint, "-o", "jsonl")
        #expect(shown.contains("\"clientID\":\"watcher\",\"connected\":true"), "\(shown)")
        _ = try await device.publish("-i", "publisher", "-t", "x", "-m", "hello", "-q", "1")
        let event = try await watched.output
        for fact in ["\"clientID\":\"publisher\"", "\"receivedMessages\":1", "\"sentMessages\":0", "\"reason\":\"disc"]
        {
            #expect(event.contains(fact), "\(event)")
        }
        #expect(event.contains("\"receivedBytes\":"), "\(event)")
    }
}
