import AdminAPI
import Foundation
import NIOCore
import NIOHTTP1

/// Speaks to a gateway's admin API: one request, one connection.
struct AdminClient: Sendable {
    let endpoint: AdminEndpoint

    /// The longest answer taken whole, in bytes; a page of 100 certificates has some tens of kilobytes.
    private static let largestAnswer = 16 << 20
    /// The longest that a request with a whole answer may take: a change may wait for others and for the disk.
    private static let patience = Duration.seconds(60)

    /// Sends a request and gives the bytes of its answer.
    ///
    /// - Throws: what the gateway refused, in its words, or why it does not answer.
    func send(_ request: AdminRequest) async throws(CommandFailure) -> Data {
        try await answer(to: request).body
    }

    /// Asks for a resource.
    func get(_ path: ResourcePath, query: ResourceQuery = [:]) async throws(CommandFailure) -> Data {
        try await send(AdminRequest(.get, path, query: query))
    }

    /// Sends a request and gives its answer, which may be that the gateway is not ready.
    func health(_ path: String) async throws(CommandFailure) -> (status: Int, text: String) {
        do {
            return try await exchange(AdminRequest(health: path), patience: Self.patience) { head, body in
                (Int(head.status.code), String(decoding: try await collect(body), as: UTF8.self))
            }
        } catch {
            throw failure(error)
        }
    }

    /// Sends a request and gives its answer to `receive`, piece by piece as it comes. Takes as long as the answer does.
    func stream(
        _ request: AdminRequest,
        _ receive: ([UInt8]) throws -> Void
    ) async throws(CommandFailure) {
        do {
            try await exchange(request, patience: nil) { head, body in
                guard head.status.code < 300 else { throw try await refusal(head, body) }
                for try await case .body(let bytes) in body { try receive(Array(bytes.readableBytesView)) }
            }
        } catch {
            throw failure(error)
        }
    }

    /// The answer with its ETag, which names the state that it tells of.
    func answer(to request: AdminRequest) async throws(CommandFailure) -> (body: Data, etag: String?) {
        do {
            return try await exchange(request, patience: Self.patience) { head, body in
                guard head.status.code < 300 else { throw try await refusal(head, body) }
                return (try await collect(body), head.headers.first(name: "etag"))
            }
        } catch {
            throw failure(error)
        }
    }

    private func exchange<Result: Sendable>(
        _ request: AdminRequest,
        patience: Duration?,
        _ read: (HTTPResponseHead, AdminConnection.Body) async throws -> Result
    ) async throws -> Result {
        try await AdminConnection.exchange(request, with: endpoint, patience: patience, read)
    }

    private func collect(_ body: AdminConnection.Body) async throws -> Data {
        var data = Data()
        for try await case .body(let bytes) in body {
            data.append(contentsOf: bytes.readableBytesView)
            guard data.count <= Self.largestAnswer else {
                throw CommandFailure(
                    .unreachable,
                    "\(endpoint.words) answers with more than \(Self.largestAnswer) bytes, and not as a Sluice gateway does."
                )
            }
        }
        return data
    }

    /// The gateway's own words for why not.
    private func refusal(_ head: HTTPResponseHead, _ body: AdminConnection.Body) async throws -> CommandFailure {
        guard let problem = try? JSONDecoder().decode(Problem.self, from: try await collect(body)) else {
            return CommandFailure(
                .unreachable,
                "\(endpoint.words) answers \(head.status.code), and not as a Sluice gateway does. Is it one?"
            )
        }
        return CommandFailure(problem, retryAfter: head.headers.first(name: "retry-after"))
    }

    private func failure(_ error: any Error) -> CommandFailure {
        error as? CommandFailure ?? CommandFailure(endpoint, unreachableBecause: error)
    }
}
