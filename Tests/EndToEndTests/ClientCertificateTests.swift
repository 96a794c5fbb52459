import Foundation
import Testing

/// One device, one certificate, with real clients on the built program.
@Suite struct ClientCertificateTests {
    /// Every row of the transition table: from which state, which verb, how it ends, and whether the device gets in then.
    private static let table: [(from: String, verb: String, status: Int32, to: String?, connects: Bool)] = [
        ("active", "activate", 0, "active", true), ("active", "deactivate", 0, "inactive", false),
        ("active", "revoke", 0, "revoked", false), ("active", "delete", 1, "active", true),
        ("inactive", "activate", 0, "active", true), ("inactive", "deactivate", 0, "inactive", false),
        ("inactive", "revoke", 0, "revoked", false), ("inactive", "delete", 0, nil, false),
        ("revoked", "activate", 1, "revoked", false), ("revoked", "deactivate", 1, "revoked", false),
        ("revoked", "revoke", 0, "revoked", false), ("revoked", "delete", 0, nil, false),
        ("pending_activation", "activate", 0, "active", true),
        ("pending_activation", "deactivate", 0, "inactive", false),
        ("pending_activation", "revoke", 0, "revoked", false),
        ("pending_activation", "delete", 1, "pending_activation", false),
    ]

    @Test func `every verb does to every state what the table says, and to the device`() async throws {
        let gateway = try await RunningGateway.start(
            RunningGateway.registryConfiguration(
                registration: "automatic",
                automaticActivation: false,
                more: "registration: { ratePerSecond: 1000, burst: 1000 }"
            )
        )
        for (number, row) in Self.table.enumerated() {
            let name = "device-\(number)"
            try await gateway.keys.issue(name, by: "devices")
            let device = try await Device.reaching(gateway, certificate: name)
            // Registered by itself, it waits for activation; from there every state is one verb away.
            #expect(try await device.connackCode() == 0x87, "\(name): \(gateway.log)")
            let way = ["active": "activate", "inactive": "deactivate", "revoked": "revoke"][row.from]
            if let way { #expect(try await gateway.changeClientCertificate(way, name) == 0) }

            let status = try await gateway.changeClientCertificate(row.verb, name)
            #expect(status == row.status, "\(row.verb) of \(row.from)")
            let code = try await device.connackCode()
            #expect(
                (code == 0) == row.connects,
                "after \(row.verb) of \(row.from): CONNACK \(String(describing: code))"
            )
            if let state = row.to {
                #expect(try await gateway.clientCertificate(name).state == state, "\(row.verb) of \(row.from)")
            } else {
                let shown = try await gateway.sluice(["client-certs", "show", try await gateway.fingerprint(name)])
                #expect(shown.status == 65, "deleted from \(row.from), and still there: \(shown.output)")
            }
        }
    }

    @Test func `a certificate that nobody registered is refused, and explained`() async throws {
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration())
        let device = try await Device.reaching(gateway)
        #expect(try await device.connackCode(clientID: "pump-1") == 0x87)
        #expect(try await device.connackCode(clientID: "pump-1", version: "mqttv311") == 5)
        let explained = try await gateway.manage("explain", "pump-1")
        #expect(explained.contains("client-certs register"), "\(explained)")
        try await gateway.manage("client-certs", "register", "--cert", "keys/device.crt", "--client-id", "pump-1")
        #expect(try await device.connackCode(clientID: "pump-1") == 0)
        let shown = try await gateway.clientCertificate("device")
        #expect(shown.source == "manual" && shown.state == "active" && shown.clientID == "pump-1")
        _ = try await eventually("the client is known with its certificate") { () -> Bool? in
            try await gateway.clientCertificate("device").clients?.contains { $0.clientID == "pump-1" } == true
                ? true : nil
        }
    }

    @Test func `a device of an active CA registers itself and is in at the first try`() async throws {
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration(registration: "automatic"))
        #expect(try await Device.reaching(gateway).connackCode() == 0, "\(gateway.log)")
        let shown = try await gateway.clientCertificate("device")
        #expect(shown.source == "automatic" && shown.state == "active")
        #expect(try await Device.reaching(gateway, certificate: "stranger").connackCode() == nil)
    }

    @Test func `what was deleted does not register itself again until it is purged`() async throws {
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration(registration: "automatic"))
        let device = try await Device.reaching(gateway)
        #expect(try await device.connackCode() == 0)
        #expect(try await gateway.changeClientCertificate("revoke", "device") == 0)
        #expect(try await gateway.changeClientCertificate("delete", "device") == 0)
        #expect(try await device.connackCode() == 0x87)
        let fingerprint = try await gateway.fingerprint("device")
        #expect(try await gateway.manage("client-certs", "tombstones", "-o", "name") == fingerprint + "\n")
        #expect(try await gateway.sluice(["client-certs", "register", "--cert", "keys/device.crt"]).status == 1)
        try await gateway.manage("client-certs", "purge", fingerprint, "--yes")
        #expect(try await device.connackCode() == 0, "\(gateway.log)")
    }

    @Test func `the bucket is one for all registrations, and says when to come again`() async throws {
        // So slow that no token drips into it while the test runs.
        let slow = "registration: { ratePerSecond: 1, burst: 3 }"
        let gateway = try await RunningGateway.start(
            RunningGateway.registryConfiguration(registration: "automatic", more: slow)
        )
        for number in 1...5 { try await gateway.keys.issue("device-\(number)", by: "devices") }
        // Emptied at once, by hand and by themselves alike: clients one after the other would be slower than the drip.
        let codes = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 1...5 {
                group.addTask {
                    try await Device.reaching(gateway, certificate: "device-\(number)").connackCode(
                        clientID: "d\(number)"
                    )
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.filter { $0 == 0 }.count >= 3, "\(codes)")
        #expect(codes.allSatisfy { $0 == 0 || $0 == 0x9F }, "\(codes)")
        var refused: CommandResult?
        for number in 1...8 where refused == nil {
            try await gateway.keys.issue("manual-\(number)", by: "devices")
            let result = try await gateway.sluice(["client-certs", "register", "--cert", "keys/manual-\(number).crt"])
            if result.status != 0 { refused = result }
        }
        // Eight keys a second are more than the drip of one; if this machine was slower, nothing was to be refused.
        if let refused {
            #expect(refused.status == 75, "\(refused.errors)")
            #expect(refused.errors.contains("try again in"), "\(refused.errors)")
        }
        // A certificate that is there already costs no token.
        for number in 1...5 {
            let device = try await Device.reaching(gateway, certificate: "device-\(number)")
            let code = try await device.connackCode(clientID: "d\(number)")
            #expect(code == 0 || code == 0x9F)
        }
    }

    @Test(arguments: [
        // given, registered, expected
        ("mine", "registered", "mine"), ("", "registered", "registered"), ("", nil, "device-1"),
    ])
    func `an empty client id is filled from the record, then from the common name`(
        given: String,
        registered: String?,
        expected: String
    ) async throws {
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration())
        let clientID = registered.map { ["--client-id", $0] } ?? []
        #expect(
            try await gateway.sluice(["client-certs", "register", "--cert", "keys/device.crt"] + clientID).status == 0
        )
        // Mosquitto's clients make an id of their own when they have none.
        let told = try await PythonDevices.run("once", gateway, try gateway.keys.pair("device"), given)
        let assigned = given.isEmpty ? "assigned \(expected)\n" : ""
        #expect(told == "code 0\n" + assigned, "\(gateway.log)")
        _ = try await eventually("\(expected) is known with the certificate") { () -> Bool? in
            try await gateway.clientCertificate("device").clients?.map(\.clientID) == [expected] ? true : nil
        }
    }

    @Test func `what a list of fingerprints does not tell is learned when the device first connects`() async throws {
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration())
        let (fingerprint, authority) = (
            try await gateway.fingerprint("device"), try await gateway.fingerprint("devices")
        )
        let list = gateway.directory.appendingPathComponent("fleet.csv")
        try Data("fingerprint,clientID\n\(fingerprint),pump-1\n".utf8).write(to: list)
        try await gateway.manage("client-certs", "import", "fleet.csv", "--ca", authority)
        #expect(try await gateway.clientCertificate("device").commonName == nil)
        #expect(try await gateway.manage("client-certs", "list", "--cn", "device-1", "-o", "name").isEmpty)

        #expect(try await Device.reaching(gateway).connackCode(clientID: "pump-1") == 0, "\(gateway.log)")
        let learned = try await eventually("the record knows its certificate") { () -> ClientCertificate? in
            let shown = try await gateway.clientCertificate("device")
            return shown.commonName == nil ? nil : shown
        }
        #expect(learned.commonName == "device-1" && learned.clientID == "pump-1" && learned.source == "manual")
        #expect(learned.serial?.isEmpty == false && learned.notAfter != nil && learned.caFingerprint == authority)
        let found = try await gateway.manage("client-certs", "list", "--cn", "device-1", "-o", "name")
        #expect(found == fingerprint + "\n")
        let history = try await gateway.manage("client-certs", "history", fingerprint, "-o", "json")
        #expect(history.contains("client-certificate.learn"), "\(history)")
        #expect(try await gateway.sluice(["audit", "verify"]).status == 0)
    }

    @Test func `the details tell who came with a certificate, from where, and who of them is here`() async throws {
        let gateway = try await RunningGateway.start(RunningGateway.registryConfiguration())
        try await gateway.manage("client-certs", "register", "--cert", "keys/device.crt")
        let device = try await Device.reaching(gateway)
        async let staying = device.subscribe("-t", "x", "-i", "here", "-W", "8")
        #expect(try await device.connackCode(clientID: "gone") == 0)
        let clients = try await eventually("both are known") { () -> [ClientCertificate.Client]? in
            let clients = try await gateway.clientCertificate("device").clients ?? []
            return clients.count == 2 && clients.contains { $0.connected } ? clients : nil
        }
        #expect(
            Dictionary(uniqueKeysWithValues: clients.map { ($0.clientID, $0.connected) }) == [
                "here": true, "gone": false,
            ]
        )
        for client in clients {
            #expect(client.address == "127.0.0.1" && client.accessPoint == "public")
            #expect(!client.firstSeenAt.isEmpty && client.firstSeenAt <= client.lastSeenAt)
        }
        let fingerprint = try await gateway.fingerprint("device")
        let table = try await gateway.manage("client-certs", "show", fingerprint, "-o", "table")
        #expect(table.contains("127.0.0.1") && table.contains("gone"), "\(table)")
        _ = try await staying
    }

    @Test func `a client id that differs is replaced where that is the policy`() async throws {
        let gateway = try await RunningGateway.start(
            RunningGateway.registryConfiguration().replacing(
                "    kind: public\n",
                with: "    kind: public\n    clientIDPolicy: override\n"
            )
        )
        try await gateway.manage("client-certs", "register", "--cert", "keys/device.crt", "--client-id", "pump-1")
        let told = try await PythonDevices.run("once", gateway, try gateway.keys.pair("device"), "pump-2")
        #expect(told == "code 0\nassigned pump-1\n")
    }

    @Test func `a client id that is not the registered one is refused where that is the policy`() async throws {
        let configuration = RunningGateway.registryConfiguration().replacing(
            "    kind: public\n",
            with: "    kind: public\n    clientIDPolicy: require-match\n"
        )
        let gateway = try await RunningGateway.start(configuration)
        try await gateway.manage("client-certs", "register", "--cert", "keys/device.crt", "--client-id", "pump-1")
        let device = try await Device.reaching(gateway)
        #expect(try await device.connackCode(clientID: "pump-1") == 0)
        #expect(try await device.connackCode(clientID: "pump-2") == 0x85)
        #expect(try await device.connackCode(clientID: "pump-2", version: "mqttv311") == 2)
    }
}
