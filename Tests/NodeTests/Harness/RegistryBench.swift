import Credentials
import Foundation
import Logging
import OpenSSL
import Registry
import TestAuthority

@testable import Node

/// A node's registry in a temporary folder: everything of a node but its sockets.
struct RegistryBench: Sendable {
    let folder: TemporaryFolder
    let configuration: Configuration
    let registry: OpenedRegistry
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// `settings` are lines of the configuration file beside the access point.
    init(_ settings: String = "", in folder: TemporaryFolder? = nil) async throws {
        let folder = try folder ?? TemporaryFolder()
        if !FileManager.default.fileExists(atPath: folder.path("master.key")) {
            _ = try MasterKeyPlace.createFile(at: folder.path("master.key"))
        }
        self.folder = folder
        configuration = try Configuration.parse(
            ConfigurationSample.smallest + "\nnode: { reactors: 1 }\n" + settings,
            file: folder.path("sluice.yaml"),
            environment: [:],
            host: Configuration.HostFacts(name: "gw-1", cores: 1)
        )
        registry = try await OpenedRegistry(configuration, logger: logger)
    }

    var state: ClusterState { registry.control.current.state }

    /// Registers a CA and gives its fingerprint.
    @discardableResult
    func register(_ authority: TestAuthority, name: String? = nil, at now: Date = Date()) async throws -> Fingerprint {
        let upload = try CAUpload(Array(authority.certificate.pem.utf8), at: now)
        let added = try upload.registrations(name: try name.map { try ObjectName($0) }, at: now)
        _ = try await apply(.registerCAs(added, proof: .waived), at: now)
        return added[0].fingerprint
    }

    /// Replaces a CA and gives the new one's fingerprint.
    @discardableResult
    func replace(
        _ old: Fingerprint,
        by authority: TestAuthority,
        grace: Duration = .seconds(600)
    ) async throws
        -> Fingerprint
    {
        let upload = try CAUpload(Array(authority.certificate.pem.utf8), at: Date())
        let new = try upload.registrations(at: Date())[0]
        try await apply(.replaceCA(old, with: new, grace: grace, proof: .waived))
        return new.fingerprint
    }

    /// Registers a device of a CA by a made-up fingerprint.
    @discardableResult
    func registerDevice(_ number: UInt8, of authority: Fingerprint, at now: Date = Date()) async throws -> Fingerprint {
        let fingerprint = try Fingerprint([UInt8](repeating: number, count: Fingerprint.length))
        _ = try await registry.devices.register(
            DeviceRegistration(
                facts: ClientCertificateFacts(fingerprint: fingerprint),
                authority: authority,
                clientID: nil,
                initialState: .active
            ),
            at: now,
            by: .system
        )
        return fingerprint
    }

    /// Hosts a certificate and gives its fingerprint.
    func host(_ certificate: TestCertificate, at now: Date = Date()) async throws -> Fingerprint {
        let upload = try ServerCertificateUpload(chainPEM: certificate.pem, keyPEM: certificate.key.pem, at: now)
        let hosted = try upload.hosted(name: nil, sealedBy: registry.encryption, at: now)
        _ = try await apply(.hostCertificate(hosted), at: now)
        return hosted.fingerprint
    }

    @discardableResult
    func apply(_ change: ClusterChange, at now: Date = Date()) async throws -> ClusterTransition {
        try await registry.control.apply(change, at: now, by: .system)
    }
}

extension TestCertificate {
    /// The SHA-256 of the certificate.
    var fingerprint: Fingerprint {
        get throws { try Fingerprint(Certificate(der: der).facts.fingerprint) }
    }

    /// Writes the certificate, and its key unless that comes later.
    func write(to folder: TemporaryFolder, _ name: String, withKey: Bool = true) throws {
        try folder.write(pem, to: "\(name).crt")
        if withKey { try folder.write(key.pem, to: "\(name).key") }
    }
}
