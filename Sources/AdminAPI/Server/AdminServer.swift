import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Serves the admin API on a Unix socket, until its task is cancelled or the service group shuts down.
package struct AdminServer: Service {
    private let services: AdminServices
    private let socket: String
    private let logger: Logger
    private let whenListening: @Sendable () async -> Void

    /// `whenListening` is called once, when requests are taken.
    package init(
        services: AdminServices,
        socket: String,
        logger: Logger,
        whenListening: @escaping @Sendable () async -> Void = {}
    ) {
        self.services = services
        self.socket = socket
        self.logger = logger
        self.whenListening = whenListening
    }

    /// Throws an ``AdminSocket/Failure`` when the socket cannot be made.
    package func run() async throws {
        try AdminSocket.prepare(socket)
        let outcome = Outcome()
        let application = Application(
            router: AdminRoutes(services: services).router(),
            server: .http1(configuration: AdminConnections.limits),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socket)),
            onServerRunning: { channel in
                do throws(AdminSocket.Failure) {
                    try AdminSocket.restrict(socket)
                } catch {
                    outcome.failure.withLock { $0 = error }
                    channel.close(promise: nil)
                    return
                }
                await whenListening()
            },
            logger: logger
        )
        try await application.run()
        if let failure = outcome.failure.withLock({ $0 }) { throw failure }
    }

    private final class Outcome: Sendable {
        let failure = Mutex<AdminSocket.Failure?>(nil)
    }
}

/// Serves health and metrics on a loopback address, to whoever asks on this host.
package struct HealthServer: Service {
    private let node: NodeReports
    private let host: String
    private let port: Int
    private let logger: Logger
    private let whenListening: @Sendable (_ port: Int) async -> Void

    /// `whenListening` is told the port that was taken, which is another than `port` when that is 0.
    package init(
        node: NodeReports,
        host: String,
        port: Int,
        logger: Logger,
        whenListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.node = node
        self.host = host
        self.port = port
        self.logger = logger
        self.whenListening = whenListening
    }

    /// Throws when the address cannot be bound.
    package func run() async throws {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ProblemMiddleware())
        HealthRoutes(node: node).add(to: router)
        let application = Application(
            router: router,
            server: .http1(configuration: AdminConnections.limits),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in await whenListening(channel.localAddress?.port ?? port) },
            logger: logger
        )
        try await application.run()
    }
}

/// What one HTTP connection may cost.
enum AdminConnections {
    /// A connection that says nothing for so long is closed.
    static let idleTimeout = TimeAmount.seconds(30)
    /// Bytes of one request's header fields.
    static let largestHeader = 16 * 1024

    static var limits: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            idleTimeout: idleTimeout,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: largestHeader,
                maxHeaderListSize: largestHeader,
                maxHeaderFieldCount: 64
            )
        )
    }
}
