import AdminAPI
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Speaks to a gateway's admin API over its Unix socket: one request, one connection.
struct AdminClient: Sendable {
    let socket: String
    /// The configuration file that named the socket, to tell people how to start the gateway.
    let configuration: String?

    /// What is to be done with the resource.
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// The longest answer taken, in bytes; a page of 100 certificates has some tens of kilobytes.
    private static let largestAnswer = 16 << 20
    /// The longest a request may take: a change may wait for others and for the disk.
    private static let patience = Duration.seconds(60)

    /// Sends a request and gives the JSON of its answer.
    ///
    /// - Throws: what the gateway refused, in its words, or why it does not answer.
    func send(_ method: AdminClient.Method, _ path: String, body: Data? = nil) async throws(CommandFailure) -> Data {
        let answer: NIOHTTPClientResponseFull
        do {
            answer = try await exchange(method, "/api/v1/" + path, body: body)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw unreachable(error)
        }
        let bytes = answer.body.map { Data($0.readableBytesView) } ?? Data()
        guard answer.head.status.code < 300 else { throw refusal(answer.head, bytes) }
        return bytes
    }

    private func exchange(
        _ method: AdminClient.Method,
        _ path: String,
        body: Data?
    ) async throws -> NIOHTTPClientResponseFull {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(unixDomainSocketPath: socket) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        NIOHTTPClientResponseAggregator(maxContentLength: Self.largestAnswer)
                    )
                    return try NIOAsyncChannel<NIOHTTPClientResponseFull, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        let deadline = connection.channel.eventLoop.scheduleTask(in: .nanoseconds(Self.patience.nanoseconds)) {
            connection.channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        return try await connection.executeThenClose { inbound, outbound in
            var headers = HTTPHeaders([("host", "localhost"), ("connection", "close"), ("accept", "application/json")])
            headers.add(name: "content-length", value: String(body?.count ?? 0))
            if body != nil { headers.add(name: "content-type", value: "application/json") }
            let head = HTTPRequestHead(
                version: .http1_1,
                method: HTTPMethod(rawValue: method.rawValue),
                uri: path,
                headers: headers
            )
            try await outbound.write(.head(head))
            if let body { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            try await outbound.write(.end(nil))
            for try await answer in inbound { return answer }
            throw CommandFailure(
                .unreachable,
                "The gateway on \(socket) closed the connection without an answer. Its log says why."
            )
        }
    }

    private func unreachable(_ error: any Error) -> CommandFailure {
        let start = "Start it: sluice serve --config \(configuration ?? "FILE")"
        switch (error as? IOError)?.errnoCode {
        case ENOENT:
            return CommandFailure(
                .unreachable,
                "No gateway is running here: there is no socket \(socket). \(start)\n"
                    + "If it runs elsewhere, name its socket: --socket PATH"
            )
        case ECONNREFUSED:
            return CommandFailure(.unreachable, "No gateway answers on \(socket) any more: it has ended. \(start)")
        case EACCES, EPERM:
            return CommandFailure(
                .notAllowed,
                "\(socket) may be used by root and the gateway's own user alone. Run this command as one of them."
            )
        default:
            return CommandFailure(.unreachable, "The gateway on \(socket) cannot be asked: \(error). \(start)")
        }
    }

    /// The gateway's own words for why not.
    private func refusal(_ head: HTTPResponseHead, _ body: Data) -> CommandFailure {
        guard let problem = try? JSONDecoder().decode(Problem.self, from: body) else {
            return CommandFailure(
                .unreachable,
                "\(socket) answers \(head.status.code), and not as a Sluice gateway does. Is it one?"
            )
        }
        return CommandFailure(CommandStatus(problem), problem.detail)
    }
}

extension CommandStatus {
    /// What a refusal of the API means for a command.
    init(_ problem: Problem) {
        self =
            switch problem.status {
            case 401, 403: .notAllowed
            case 409, 412: .answerIsNo
            case 429: .rateLimited
            case 422 where problem.code == "reload-refused": .answerIsNo
            case 400..<500: .badInput
            default: .unreachable
            }
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
