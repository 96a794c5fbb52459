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
