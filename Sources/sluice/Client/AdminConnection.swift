import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// One HTTP connection to a gateway, for one request.
enum AdminConnection {
    private typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// How long a connection may take to come about.
    private static let connectTimeout = TimeAmount.seconds(10)
    /// How many bytes are given to the connection at a time.
    private static let pieceSize = 64 << 10

    /// Sends the request and gives head and body of the answer to `read`; closes when that returns.
    ///
    /// - Parameter patience: The longest it may take; nil: as long as it takes.
    static func exchange<Result: Sendable>(
        _ request: AdminRequest,
        with endpoint: AdminEndpoint,
        patience: Duration?,
        _ read: (HTTPResponseHead, Body) async throws -> Result
    ) async throws -> Result {
        let connection = try await connect(endpoint)
        let deadline = patience.map { patience in
            connection.channel.eventLoop.scheduleTask(in: TimeAmount(patience)) {
                connection.channel.close(promise: nil)
            }
        }
        defer { deadline?.cancel() }
        return try await connection.executeThenClose { inbound, outbound in
            // A gateway that has said no to the head may have closed by the time that the rest is sent: what it said counts.
            var failure: (any Error)?
            do {
                try await send(request, to: endpoint, outbound)
            } catch {
                failure = error
            }
            var parts = inbound.makeAsyncIterator()
            while let part = try await parts.next() {
                if case .head(let head) = part { return try await read(head, Body(rest: parts)) }
            }
            throw failure
                ?? CommandFailure(
                    .unreachable,
                    "The gateway on \(endpoint.words) closed the connection without an answer. Its log says why."
                )
        }
    }

    private static func send(
        _ request: AdminRequest,
        to endpoint: AdminEndpoint,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        try await outbound.write(.head(head(request, endpoint)))
        var rest = ByteBuffer(bytes: request.content?.data ?? Data())
        while let piece = rest.readSlice(length: min(pieceSize, rest.readableBytes)), piece.readableBytes > 0 {
            try await outbound.write(.body(.byteBuffer(piece)))
        }
        try await outbound.write(.end(nil))
    }

    private static func connect(_ endpoint: AdminEndpoint) async throws -> Channel {
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(connectTimeout)
        switch endpoint {
        case .socket(let path, _):
            return try await bootstrap.connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture { try speakHTTP(on: channel) }
            }
        case .server(let address):
            return try await bootstrap.connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let anchors = address.anchors {
                        let tls = try ClientTLSHandler(host: address.host, anchors: anchors)
                        try channel.pipeline.syncOperations.addHandler(tls)
                    }
                    return try speakHTTP(on: channel)
                }
            }
        }
    }

    private static func speakHTTP(on channel: any NIOCore.Channel) throws -> Channel {
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        return try Channel(wrappingChannelSynchronously: channel)
    }

    private static func head(_ request: AdminRequest, _ endpoint: AdminEndpoint) -> HTTPRequestHead {
        // No "connection: close": a gateway that refuses before it has read a long body would close, and the reset
        // that follows could overtake its words.
        var headers = HTTPHeaders([("host", endpoint.host), ("accept", request.accept)])
        if case .server(let address) = endpoint { headers.add(name: "authorization", value: "Bearer \(address.token)") }
        headers.add(name: "content-length", value: String(request.content?.data.count ?? 0))
        if let content = request.content { headers.add(name: "content-type", value: content.type) }
        if let event = request.lastEventID { headers.add(name: "last-event-id", value: event) }
        return HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: request.method.rawValue),
            uri: request.target,
            headers: headers
        )
    }
}

extension AdminConnection {
    /// The parts of an answer after its head and up to its end, to be gone through once: a connection's input has one
    /// iterator, and goes on after the answer.
    struct Body: AsyncSequence {
        typealias Element = HTTPClientResponsePart

        fileprivate let rest: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator

        func makeAsyncIterator() -> Iterator { Iterator(rest: rest) }

        struct Iterator: AsyncIteratorProtocol {
            fileprivate var rest: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator

            mutating func next() async throws -> HTTPClientResponsePart? {
                guard let part = try await rest.next() else { return nil }
                if case .end = part { return nil }
                return part
            }
        }
    }
}
