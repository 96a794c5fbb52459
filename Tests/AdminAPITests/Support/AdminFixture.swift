import AdminAPI
import Credentials
import Foundation
import Logging
import OpenSSL
import Registry
import SQLiteStorage
import ServiceLifecycle
import Synchronization
import Testing

@testable import AdminAPI

/// An admin API in a folder of its own, over a registry in SQLite, at a time that stands still unless it is moved.
///
/// Every answer to `request` is compared with the OpenAPI document, and searched for secrets.
struct AdminFixture: Sendable {
    let folder: String
    let clock: TestClock
    let control: ClusterControl<Int>
    let services: AdminServices
    let journals: AdminJournals
    let sightings: SQLiteSightingStore
    let ended = EndedSessions()
    let clients = FakeClients()
    let witness: ContractWitness

    /// 1 January 2026, 00:00 UTC.
    static let now = Date(timeIntervalSince1970: 1_767_225_600)

    var socket: String { folder + "/run/admin.sock" }

    /// What a test may set.
    struct Options: Sendable {
        var settings = ClusterSettings()
        var reload: @Sendable () async throws -> ReloadReport = { ReloadReport(changes: [], pendingRestart: []) }
        var readiness = Readiness(checks: [.init(name: "listeners", problem: nil)])
        var limits = AdminConnectionLimits()
        var readers = EventReaders()
    }

    /// Runs `body` with a server that answers on a socket, and ends the server afterwards.
    static func run(_ options: Options = Options(), _ body: (AdminFixture) async throws -> Void) async throws {
        try await made(options) { fixture in
            try await fixture.serving(options, on: .socket(path: fixture.socket)) { _ in try await body(fixture) }
        }
    }

    /// Runs `body` with a server that answers on a loopback port, to tokens.
    static func runOverTCP(
        _ options: Options = Options(),
        _ body: (AdminFixture, Int) async throws -> Void
    ) async throws {
        try await made(options) { fixture in
            try await fixture.serving(options, on: .address(host: "127.0.0.1", port: 0, front: nil)) { port in
                try await body(fixture, try #require(port))
            }
        }
    }

    static func made(_ options: Options = Options(), _ body: (AdminFixture) async throws -> Void) async throws {
        // Unix socket paths are short: the folder is directly in the temporary one.
        let folder = FileManager.default.temporaryDirectory.path + "/sluice-api-" + UUID().uuidString.prefix(8)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(try await AdminFixture(folder, options))
    }

    private init(_ folder: String, _ options: Options) async throws {
        self.folder = folder
        let clock = TestClock(Self.now)
        let directory = try DataDirectory(claiming: folder)
        let store = try SQLiteRegistryStore(in: directory)
        let known = Known()
        let control = try await ClusterControl(
            store: store,
            bootstrap: options.settings,
            facts: ClusterFacts { authority in known.devices.withLock { $0 }?.counts.count(of: authority) ?? 0 }
        ) { _ in 0 }
        let devices = try await DeviceControl(
            store: store.devices,
            rules: RegistrationRules(
                automaticActivation: { control.current.state.settings.automaticActivation },
                authorityState: { control.current.state.authorities[$0]?.state }
            )
        )
        known.devices.withLock { $0 = devices }
        sightings = try SQLiteSightingStore(in: directory)
        journals = AdminJournals(
            audit: store.audit,
            events: EventHub(startedAt: Self.now),
            refusals: RefusalJournal(),
            sightings: sightings
        )
        self.clock = clock
        self.control = control
        services = AdminServices(
            cluster: control,
            limits: ClusterLimits(),
            uploads: CertificateUploads(sealedWith: KeyEncryption(try MasterKey.generate())),
            devices: devices,
            jobs: JobControl(devices: devices, now: { clock.now }, sleep: { clock.advance(by: $0) }),
            tokens: try await TokenDirectory(store: store.tokens, cryptography: .forTests),
            users: try await UserDirectory(store: store.users),
            journals: journals,
            sessions: LiveSessions(
                connected: { $0.intersection(["pump-1"]) },
                end: { [ended] in ended.note($0) }
            ),
            clients: clients.services,
            node: Self.node(options),
            now: { clock.now }
        )
        witness = try ContractWitness(try AdminRoutes(services: services).table())
    }

    /// Runs a server while `body` runs, which is told its port.
    func serving(
        _ options: Options = Options(),
        on listener: AdminListener,
        _ body: (Int?) async throws -> Void
    ) async throws {
        let (listening, continuation) = AsyncStream.makeStream(of: Int?.self)
        let server = AdminServer(
            services: services,
            on: listener,
            limits: options.limits,
            readers: options.readers,
            logger: Self.silent
        ) { port in
            continuation.yield(port)
            continuation.finish()
        }
        let group = ServiceGroup(services: [server], logger: Self.silent)
        let running = Task {
            defer { continuation.finish() }
            try await group.run()
        }
        var port: Int?
        for await taken in listening { port = taken }
        do {
            try await body(port)
        } catch {
            await group.triggerGracefulShutdown()
            _ = await running.result
            throw error
        }
        await group.triggerGracefulShutdown()
        try await running.value
    }

    /// Sends a request over the socket; what comes back must be as the document says, and tell no secret.
    func request(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> TestAnswer {
        try await send(method, path, body, headers, to: .unix(socket))
    }

    /// The same over TCP, with a token.
    func request(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        headers: [(String, String)] = [],
        token: String?,
        port: Int
    ) async throws -> TestAnswer {
        let authorization = token.map { [("authorization", "Bearer \($0)")] } ?? []
        return try await send(method, path, body, headers + authorization, to: .loopback(port))
    }

    private func send(
        _ method: String,
        _ path: String,
        _ body: String?,
        _ headers: [(String, String)],
        to place: TestRequest.Place
    ) async throws -> TestAnswer {
        let answer = try await TestRequest.send(method, path, body: body, headers: headers, to: place)
        for finding in witness.findings(method, path, answer) { Issue.record("\(method) \(path): \(finding)") }
        return answer
    }

    private static func node(_ options: Options) -> NodeReports {
        let status = NodeStatus(
            name: "test",
            version: "0",
            openSSL: "OpenSSL",
            startedAt: Self.now,
            accessPoints: [],
            connections: .init(open: 1, accepted: 2, refused: 3),
            broker: .init(connectedClients: 1, sessions: 2, subscriptions: 3, retainedMessages: 4)
        )
        return NodeReports(
            status: { status },
            readiness: { options.readiness },
            metrics: { _ in
                MetricsAnswer(contentType: "text/plain; version=0.0.4; charset=utf-8", text: "sluice_connections 1\n")
            },
            reload: options.reload
        )
    }

    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private final class Known: Sendable {
        let devices = Mutex<DeviceControl?>(nil)
    }
}

/// A time that stands still until it is moved.
final class TestClock: Sendable {
    private let time: Mutex<Date>

    init(_ start: Date) {
        time = Mutex(start)
    }

    var now: Date { time.withLock { $0 } }

    func advance(by duration: Duration) {
        time.withLock { $0 += duration.seconds }
    }
}

/// The sessions that the API asked to end.
final class EndedSessions: Sendable {
    private let selections = Mutex<[LiveSessions.Selection]>([])

    var all: [LiveSessions.Selection] { selections.withLock { $0 } }

    func note(_ selection: LiveSessions.Selection) -> Int {
        selections.withLock { $0.append(selection) }
        return 7
    }
}

extension TokenCryptography {
    static let forTests = TokenCryptography(
        random: { count in (0..<count).map { _ in UInt8.random(in: .min ... .max) } },
        digest: { SHA256.hash($0) }
    )
}
