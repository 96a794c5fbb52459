import Foundation
import TestAuthority
import Testing

/// Modes: the cluster's, an access point's own, and what one-way mode knows besides passwords.
@Suite struct AccessPointModeTests {
    @Test func `an access point may have a mode of its own`() async throws {
        let gateway = try await RunningGateway.start(
            RunningGateway.configuration().replacing(
                "log:",
                with: """
                      - name: dashboards
                        kind: public
                        hostname: dashboards.example.net
                        mode: one-way
                        listeners: [{ address: "127.0.0.1:0", protocol: mqtts }]
                    log:
                    """
            )
        )
        let added = try await gateway.sluice(["users", "add", "dashboard"], input: "a password\n")
        #expect(added.status == 0, "\(added.errors)")
        let named = ["-t", "a", "-m", "b", "-q", "1", "-i", "x", "-u", "dashboard", "-P", "a password"]
        for (place, certificate, comesIn) in [(0, "device", true), (0, nil, false), (1, nil, true)] {
            let device = Device(
                gateway: gateway,
                port: try await gateway.port(ofAccessPoint: place),
                domain: "mqtt-7f3a-sh-public.mqtt.example.net",
                certificate: certificate
            )
            #expect(try await (device.publish(named).status == 0) == comesIn, "access point \(place): \(gateway.log)")
        }
    }

    @Test func `a signed token lets in whom it names, until its key is another`() async throws {
        let (directory, keys) = try await RunningGateway.prepare()
        let secret = directory.appendingPathComponent("jwt-secret")
        try Data("the first secret, of 32 bytes or more".utf8).write(to: secret)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret.path)
        let gateway = try await RunningGateway.start(
            RunningGateway.configuration(
                mode: "one-way",
                more: "jwt: { keys: [{ algorithm: HS256, file: jwt-secret }], audience: sluice, clientIDClaim: cid }"
            ),
            in: directory,
            keys: keys
        )
        func code(_ claims: String, secret: String, clientID: String = "pump-1") async throws -> Int32 {
            let token = try TestToken.make(claims, .hs256(Array(secret.utf8)))
            let device = try await Device.reaching(gateway, certificate: nil)
            return try await device.publish(
                ["-t", "a", "-m", "b", "-q", "1", "-i", clientID, "-u", "jwt", "-P", token]
            ).status
        }
        let claims = #"{"sub":"pump","aud":"sluice","cid":"pump-1","exp":4102444800}"#
        let (first, second) = ("the first secret, of 32 bytes or more", "the second secret, of 32 bytes or more")
        #expect(try await code(claims, secret: first) == 0, "\(gateway.log)")
        #expect(try await code(claims, secret: first, clientID: "pump-2") != 0, "the token names a client id")
        #expect(try await code(claims, secret: second) != 0)
        #expect(try await code(claims.replacing("sluice", with: "other"), secret: first) != 0)
        #expect(try await code(claims.replacing("4102444800", with: "1000000000"), secret: first) != 0)
        // The file is watched.
        try Data(second.utf8).write(to: secret)
        _ = try await eventually("the renewed key counts") { try await code(claims, secret: second) == 0 ? true : nil }
        #expect(try await code(claims, secret: first) != 0)
    }
}
