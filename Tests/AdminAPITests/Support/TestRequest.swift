import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// What a server answered.
struct TestAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let text: String

    var type: String? { headers.first(name: "content-type") }
    var tag: String? { headers.first(name: "etag") }
    var location: String? { headers.first(name: "location") }
    /// The last part of a problem's type.
    var code: String? { json["type"].text.map { $0.replacing("urn:sluice:problem:", with: "") } }

    /// The body read as JSON.
    var json: JSONNode {
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        return JSONNode(value: object)
    }
}

/// JSON to look into by names and positions: `answer.json["items"][0]["slot"].text`.
struct JSONNode {
    let value: Any?

    subscript(name: String) -> JSONNode { JSONNode(value: (value as? [String: Any])?[name]) }
    subscript(position: Int) -> JSONNode {
        let list = value as? [Any] ?? []
        return JSONNode(value: list.indices.contains(position) ? list[position] : nil)
    }

    var text: String? { value as? String }
    var number: Int? { (value as? NSNumber)?.intValue }
    var flag: Bool? { (value as? NSNumber)?.boolValue }
    var count: Int? { (value as? [Any])?.count }
    var names: [String] { ((value as? [String: Any]) ?? [:]).keys.sorted() }
    var texts: [String]? { value as? [String] }
}

/// A request over a connection of its own.
enum TestRequest {
    enum Place {
        case unix(String)
        case loopback(Int)
    }

    /// The answer; status 0 when the connection ends without one.
    static func send(
        _ method: String,
        _ path: String,
        body: String?,
        headers more: [(String, String)] = [],
        to place: Place
    ) async throws -> TestAnswer {
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        let setUp:
            @Sendable (any Channel) -> EventLoopFuture<
                NIOAsyncChannel<NIOHTTPClientResponseFull, HTTPClientRequestPart>
            > =
                { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(
                            NIOHTTPClientResponseAggregator(maxContentLength: 1 << 24)
                        )
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        let channel =
            switch place {
            case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: setUp)
            case .loopback(let port):
                try await bootstrap.connect(host: "127.0.0.1", port: port, channelInitializer: setUp)
            }
        return try await channel.executeThenClose { inbound, outbound in
            let headers = HTTPHeaders([("host", "x"), ("content-length", String(body?.utf8.count ?? 0))] + more)
            let head = HTTPRequestHead(
                version: .http1_1,
                method: HTTPMethod(rawValue: method),
                uri: path,
                headers: headers
            )
            try await outbound.write(.head(head))
            if let body { try await outbound.write(.body(.byteBuffer(ByteBuffer(string: body)))) }
            try await outbound.write(.end(nil))
            for try await answer in inbound {
                return TestAnswer(
                    status: Int(answer.head.status.code),
                    headers: answer.head.headers,
                    text: answer.body.map { String(buffer: $0) } ?? ""
                )
            }
            return TestAnswer(status: 0, headers: [:], text: "")
        }
    }
}
