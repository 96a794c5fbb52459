import Credentials
import Foundation
import MQTTBroker
import Registry
import TLSGateway
import Testing

@testable import Node

@Suite struct `A configuration file's credentials` {
    private static func parse(_ lines: String) throws -> Configuration {
        try ConfigurationSample.parse(ConfigurationSample.smallest + "\n" + lines)
    }

    @Test func `have defaults that let nothing in`() throws {
        let configuration = try Self.parse("")
        #expect(configuration.registration == RegistrationLimit.Rate(perSecond: 15, burst: 15))
        #expect(configuration.jwt == nil)
        #expect(configuration.serverCertificates == [])
        #expect(configuration.revocationLists == [])
        #expect(configuration.admin.tls == nil)
        #expect(configuration.broker.revokedDevices == Leftovers(retained: .keep, session: .drop, will: .drop))
        #expect(!configuration.bootstrap.settings.automaticRegistration)
        #expect(configuration.bootstrap.settings.automaticActivation)
    }

    @Test func `are read with their paths made absolute`() throws {
        let configuration = try Self.parse(
            """
            registration: { ratePerSecond: 30, burst: 60 }
            jwt:
              keys:
                - { algorithm: RS256, file: keys/idp.pem, id: k1 }
              jwksFile: jwks.json
              issuer: https://idp.test
              audience: mqtt
              placement: username
              userClaim: name
              clientIDClaim: device
              allowUnlimited: true
            serverCertificates:
              - { slot: default, chainFile: /live/fullchain.pem, keyFile: /live/privkey.pem, grace: 0s }
              - { slot: custom-2, chainFile: a.pem, keyFile: a.key, ocspStapleFile: a.ocsp }
            revocationLists:
              - { ca: 3f2a91bc77d0, file: acme.crl }
            admin: { address: "0.0.0.0:9443", chainFile: admin.pem, keyFile: admin.key }
            backend: { builtin: { revokedDevices: { retained: drop, session: keep, will: send } } }
            bootstrap: { mode: one-device-one-certificate, registration: automatic, automaticActivation: false }
            """
        )
        #expect(configuration.registration == RegistrationLimit.Rate(perSecond: 30, burst: 60))
        let jwt = try #require(configuration.jwt)
        #expect(jwt.keys == [JWTSettings.KeyFile(algorithm: .rs256, file: "/etc/sluice/keys/idp.pem", id: "k1")])
        #expect(jwt.keySetFile == "/etc/sluice/jwks.json")
        #expect((jwt.issuer, jwt.audience) == ("https://idp.test", "mqtt"))
        #expect((jwt.placement, jwt.userClaim, jwt.clientIDClaim) == (.userName, "name", "device"))
        #expect(jwt.allowsUnlimited)
        let certificates = configuration.serverCertificates
        #expect(certificates.map(\.slot) == [.default, .custom(2)])
        #expect(certificates.map(\.grace) == [.zero, .seconds(600)])
        #expect(certificates.map(\.stapleFile) == [nil, "/etc/sluice/a.ocsp"])
        #expect(certificates[1].files == CertificateFiles(chainFile: "/etc/sluice/a.pem", keyFile: "/etc/sluice/a.key"))
        #expect(configuration.revocationLists.map(\.onStale) == [.softFail])
        #expect(configuration.admin.tls?.chainFile == "/etc/sluice/admin.pem")
        #expect(configuration.broker.revokedDevices == Leftovers(retained: .drop, session: .keep, will: .send))
        #expect(configuration.bootstrap.settings.mode == .oneDeviceOneCertificate)
        #expect(configuration.bootstrap.settings.automaticRegistration)
        #expect(!configuration.bootstrap.settings.automaticActivation)
    }

    @Test func `print as a file that reads back the same`() throws {
        let text = """
            jwt: { jwksFile: jwks.json }
            serverCertificates: [{ slot: custom-2, chainFile: a.pem, keyFile: a.key }]
            revocationLists: [{ ca: acme, file: acme.crl, onStale: hard-fail }]
            """
        let configuration = try Self.parse(text)
        let again = try ConfigurationSample.parse(configuration.settings.yaml(origins: false))
        #expect(again.jwt == configuration.jwt)
        #expect(again.serverCertificates == configuration.serverCertificates)
        #expect(again.revocationLists == configuration.revocationLists)
    }

    @Test func `say that the socket's place is too deep before the system does`() {
        let deep = String(repeating: "d", count: 100)
        let problems = ConfigurationSample.problems(ConfigurationSample.smallest + "\ndataDir: /var/\(deep)")
        #expect(problems.count == 1)
        #expect(problems[0].contains("admin.socket: found the default"), "\(problems)")
        let given = "\ndataDir: /var/\(deep)\nadmin: { socket: /run/sluice.sock }"
        #expect(ConfigurationSample.problems(ConfigurationSample.smallest + given) == [])
    }

    @Test func `name files that a check misses, and changes nothing`() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "a.pem")
        let configuration = try Configuration.parse(
            ConfigurationSample.smallest + """

                keyEncryption: { file: master.key }
                serverCertificates: [{ slot: default, chainFile: a.pem, keyFile: a.key }]
                bootstrap: { cas: [ca.pem] }
                """,
            file: folder.path("sluice.yaml"),
            environment: [:],
            host: Configuration.HostFacts(name: "gw-1", cores: 1)
        )
        let error = try #require(throws: ConfigurationError.self) { try configuration.checkFiles() }
        #expect(
            error.problems.map(\.setting) == [
                "keyEncryption.file", "serverCertificates[0].keyFile", "bootstrap.cas[0]",
            ]
        )
        #expect(error.problems[1].description.contains("a.key cannot be read: No such file or directory"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.pem"])
        try folder.write("x", to: "data/registry.sqlite")
        let later = try #require(throws: ConfigurationError.self) { try configuration.checkFiles() }
        #expect(!later.problems.contains { $0.setting.hasPrefix("bootstrap") })
    }
}
