import Credentials
import Foundation
import Node
import OpenSSL
import Registry
import TLSGateway
import Testing

@testable import sluice

@Suite struct `A folder made by init` {
    /// Makes a folder, gives it to `body`, and takes it away.
    private static func with(_ body: (TrialFolder) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.path + "/sluice-init-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = TrialFolder(path: path, hostname: "mqtt.example.net", listen: "127.0.0.1:0")
        try folder.write(now: Date())
        try body(folder)
    }

    private static func text(_ folder: TrialFolder, _ file: String) throws -> String {
        try String(contentsOfFile: "\(folder.path)/\(file)", encoding: .utf8)
    }

    @Test func `has a configuration that is valid`() throws {
        try Self.with { folder in
            let configuration = try Configuration.load("\(folder.path)/sluice.yaml", environment: [:])
            #expect(configuration.accessPoints.map(\.hostname.text) == ["mqtt.example.net"])
            #expect(configuration.bootstrap.authorities == ["\(folder.path)/ca.crt"])
            #expect(configuration.dataDirectory == "\(folder.path)/data")
        }
    }

    @Test func `has certificates that the gateway takes`() throws {
        try Self.with { folder in
            let upload = try ServerCertificateUpload(
                chainPEM: Self.text(folder, "server.crt"), keyPEM: Self.text(folder, "server.key"), at: Date())
            #expect(upload.certificate.names.map(\.text).sorted() == ["localhost", "mqtt.example.net"])
            #expect(upload.warnings.isEmpty)
            let authorities = try CAUpload(Array(Self.text(folder, "ca.crt").utf8), at: Date())
            #expect(authorities.warnings.isEmpty)
        }
    }

    @Test func `has a device that its CA signed`() throws {
        try Self.with { folder in
            let authority = try Certificate(pem: Self.text(folder, "ca.crt"))
            let device = try Certificate(pem: Self.text(folder, "device-1.crt"))
            #expect(device.facts.commonName == "device-1")
            #expect(device.facts.issuerDER == authority.facts.subjectDER)
            #expect(try PrivateKey(pem: Self.text(folder, "device-1.key")).matches(device))
        }
    }

    @Test(arguments: ["ca.key", "server.key", "device-1.key", "master.key"])
    func `keeps secrets to its owner`(file: String) throws {
        try Self.with { folder in
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(file)")
            #expect((facts[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        }
    }

    @Test func `is never written over`() throws {
        try Self.with { folder in
            let before = try Self.text(folder, "ca.crt")
            #expect(throws: CommandFailure.self) { try folder.write(now: Date()) }
            #expect(try Self.text(folder, "ca.crt") == before)
        }
    }
}
