import AdminAPI
import Credentials
import Foundation
import Logging
import OpenSSL
import Registry
import SQLiteStorage
import ServiceLifecycle

/// An admin API on a Unix socket in a folder of its own, over a registry in SQLite, at a time that stands still.
struct AdminFixture: Sendable {
    let folder: String
    let control: ClusterControl<Int>
    let services: AdminServices

    /// 1 January 2026, 00:00 UTC.
    static let now = Date(timeIntervalSince1970: 1_767_225_600)

    var socket: String { folder + "/run/admin.sock" }

    /// Runs `body` with a server that answers, and ends the server afterwards.
    static func run(
        settings: ClusterSettings = ClusterSettings(),
        reload: @escaping @Sendable () async throws -> ReloadReport = { ReloadReport(changes: [], pendingRestart: []) },
        readiness: Readiness = Readiness(checks: [.init(name: "listeners", problem: nil)]),
        _ body: (AdminFixture) async throws -> Void
    ) async throws {
        // Unix socket paths are short: the folder is directly in the temporary one.
        let folder = FileManager.default.temporaryDirectory.path + "/sluice-api-" + UUID().uuidString.prefix(8)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fixture = try await AdminFixture(folder, settings, reload, readiness)
        try await fixture.serving { try await body(fixture) }
    }

    private init(
        _ folder: String,
        _ settings: ClusterSettings,
        _ reload: @escaping @Sendable () async throws -> ReloadReport,
        _ readiness: Readiness
    ) async throws {
        self.folder = folder
        let store = try SQLiteRegistryStore(in: DataDirectory(claiming: folder))
        control = try await ClusterControl(store: store, bootstrap: settings) { _ in 0 }
        let status = NodeStatus(
            name: "test",
            version: "0",
            openSSL: "OpenSSL",
            startedAt: Self.now,
            accessPoints: [],
            connections: .init(open: 1, accepted: 2, refused: 3),
            broker: .init(connectedClients: 1, sessions: 2, subscriptions: 3, retainedMessages: 4)
        )
        services = AdminServices(
            cluster: control,
            limits: ClusterLimits(),
            uploads: CertificateUploads(sealedWith: KeyEncryption(try MasterKey.generate())),
            node: NodeReports(
                status: { status },
                readiness: { readiness },
                metrics: { _ in
                    MetricsAnswer(
                        contentType: "text/plain; version=0.0.4; charset=utf-8",
                        text: "sluice_connections 1\n"
                    )
                },
                reload: reload
            ),
            now: { Self.now }
        )
    }

    /// Runs a server on the socket while `body` runs.
    func serving(_ body: () async throws -> Void) async throws {
        let (listening, continuation) = AsyncStream.makeStream(of: Void.self)
        let server = AdminServer(services: services, socket: socket, logger: Self.silent) { continuation.finish() }
        let group = ServiceGroup(services: [server], logger: Self.silent)
        let running = Task {
            defer { continuation.finish() }
            try await group.run()
        }
        for await _ in listening {}
        do {
            try await body()
        } catch {
            await group.triggerGracefulShutdown()
            _ = await running.result
            throw error
        }
        await group.triggerGracefulShutdown()
        try await running.value
    }

    func request(_ method: String, _ path: String, _ body: String? = nil) async throws -> TestAnswer {
        try await TestRequest.send(method, path, body: body, to: .unix(socket))
    }

    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// Certificates for the API, valid at ``AdminFixture/now``.
struct TestCertificates {
    let authority: IssuingAuthority

    static let validity = AdminFixture.now.addingTimeInterval(-3600)...AdminFixture.now.addingTimeInterval(365 * 86_400)

    init(_ name: String = "CA", validity: ClosedRange<Date> = validity) throws {
        authority = try IssuingAuthority.create(commonName: name, validity: validity)
    }

    var pem: String { get throws { try authority.certificate.pem } }

    /// The body of an upload of a certificate for `names`.
    func upload(_ names: [String], name: String? = nil, validity: ClosedRange<Date> = validity) throws -> String {
        let issued = try authority.issueServerCertificate(dnsNames: names, validity: validity)
        return try Self.json(["chain": issued.certificate.pem, "key": issued.key.pkcs8PEM, "name": name])
    }

    /// An object of texts; members without one are left out.
    static func json(_ members: [String: String?]) throws -> String {
        String(decoding: try JSONEncoder().encode(members.compactMapValues(\.self)), as: UTF8.self)
    }
}
