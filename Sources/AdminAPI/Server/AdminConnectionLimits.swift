import Hummingbird
import HummingbirdCore
import NIOCore

/// What the connections of the admin API may cost.
struct AdminConnectionLimits: Sendable {
    /// How long each part of an exchange may take.
    var deadlines = RequestDeadlines.Limits(isUpload: { target in
        target.hasPrefix(RouteTable.base + ClientCertificateTransferRoutes.importPath)
    })
    /// Connections at once; more wait in the kernel's queue.
    var connections = 256
    /// Bytes of a request's line and header fields.
    var header = 16 * 1024
    /// Header fields of a request.
    var headerFields = 64

    /// HTTP/1.1 with these limits, behind `front` if there is one.
    func server(front: (@Sendable () throws -> any ChannelHandler & Sendable)?) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let http = HTTP1Channel(responder: responder, configuration: configuration)
            guard let front else { return http }
            return FrontedChannel(base: http, front: front)
        }
    }

    func configuration(_ address: BindAddress) -> ApplicationConfiguration {
        ApplicationConfiguration(
            address: address,
            availableConnectionsDelegate: MaximumAvailableConnections(connections)
        )
    }

    private var configuration: HTTP1Channel.Configuration {
        // No idle timeout of Hummingbird's: each byte would renew it.
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestDeadlines(deadlines)],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: header,
                maxHeaderListSize: header,
                maxHeaderFieldCount: headerFields
            )
        )
    }
}
