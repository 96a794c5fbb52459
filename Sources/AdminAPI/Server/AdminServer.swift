import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import Registry
import ServiceLifecycle
import Synchronization

/// Where the admin API is served.
package enum AdminListener: Sendable {
    /// On a Unix socket, to root and to the user that the gateway runs as.
    case socket(path: String)
    /// On an address, to whoever has a token. `front` makes the handler that stands between a connection and HTTP: TLS.
    case address(host: String, port: Int, front: (@Sendable () throws -> any ChannelHandler & Sendable)?)
}

/// Serves the admin API, health and metrics, until its task is cancelled or the service group shuts down.
package struct AdminServer: Service {
    private let services: AdminServices
    private let listener: AdminListener
    private let limits: AdminConnectionLimits
    private let readers: EventReaders
    private let logger: Logger
    private let whenListening: @Sendable (_ port: Int?) async -> Void

    /// `whenListening` is called once, when requests are taken; for an address with the port that was taken, which is
    /// another than asked for when that is 0.
    package init(
        services: AdminServices,
        on listener: AdminListener,
        logger: Logger,
        whenListening: @escaping @Sendable (_ port: Int?) async -> Void = { _ in }
    ) {
        self.init(
            services: services,
            on: listener,
            limits: AdminConnectionLimits(),
            readers: EventReaders(),
            logger: logger,
            whenListening: whenListening
        )
    }

    init(
        services: AdminServices,
        on listener: AdminListener,
        limits: AdminConnectionLimits,
        readers: EventReaders,
        logger: Logger,
        whenListening: @escaping @Sendable (_ port: Int?) async -> Void
    ) {
        self.services = services
        self.listener = listener
        self.limits = limits
        self.readers = readers
        self.logger = logger
        self.whenListening = whenListening
    }

    /// Throws an ``AdminSocket/Failure`` when the socket cannot be made, and an I/O error when the address cannot be bound.
    package func run() async throws {
        switch listener {
        case .socket(let path): try await serve(socket: path)
        case .address(let host, let port, let front): try await serve(host: host, port: port, front: front)
        }
    }

    private func serve(socket path: String) async throws {
        try AdminSocket.prepare(path)
        let outcome = Outcome()
        let application = Application(
            responder: try responder(.peerCredentials(service: geteuid())),
            server: limits.server(front: nil),
            configuration: limits.configuration(.unixDomainSocket(path: path)),
            onServerRunning: { channel in
                do throws(AdminSocket.Failure) {
                    try AdminSocket.restrict(path)
                } catch {
                    outcome.failure.withLock { $0 = error }
                    channel.close(promise: nil)
                    return
                }
                await whenListening(nil)
            },
            logger: logger
        )
        try await application.run()
        if let failure = outcome.failure.withLock({ $0 }) { throw failure }
    }

    private func serve(
        host: String,
        port: Int,
        front: (@Sendable () throws -> any ChannelHandler & Sendable)?
    ) async throws {
        let (tokens, now) = (services.tokens, services.now)
        let application = Application(
            responder: try responder(.tokens { tokens.authenticate(presented: $0, at: now()) }),
            server: limits.server(front: front),
            configuration: limits.configuration(.hostname(host, port: port)),
            onServerRunning: { channel in await whenListening(channel.localAddress?.port ?? port) },
            logger: logger
        )
        try await application.run()
    }

    private func responder(_ access: AdminAccess) throws -> AdminResponder {
        AdminResponder(
            table: try AdminRoutes(services: services, readers: readers).table(),
            health: HealthRoutes(node: services.node),
            access: access
        )
    }

    private final class Outcome: Sendable {
        let failure = Mutex<AdminSocket.Failure?>(nil)
    }
}
