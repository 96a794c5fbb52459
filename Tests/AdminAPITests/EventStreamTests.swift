import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Registry
import Synchronization
import Testing

@testable import AdminAPI

@Suite struct `The stream of events` {
    private static let prompt = EventReaders(heartbeat: .milliseconds(20))

    private static func draft(_ name: String) throws -> ClusterEventDraft {
        .domainChanged(
            at: AdminFixture.now,
            domain: try DomainName(name),
            accessPoint: nil,
            status: "ok",
            was: nil
        )
    }

    @Test func `tells what happens, with its id, kind and JSON`() async throws {
        try await AdminFixture.run { api in
            try await EventReader.reading("/api/v1/events", at: api.socket) { reader in
                #expect(reader.head.headers.first(name: "content-type") == "text/event-stream")
                _ = try await reader.until("connected")
                let event = api.journals.events.publish(try Self.draft("a.test"))
                let text = try await reader.until("\n\n", after: "id: ")
                #expect(text.contains("id: \(event.id)\nevent: domain_changed\ndata: {"))
                let data = try #require(text.split(separator: "\n").first { $0.hasPrefix("data: ") }?.dropFirst(6))
                let decoded = try JSONDecoder().decode(EventResource.self, from: Data(data.utf8))
                #expect(decoded.id == event.id)
                #expect(decoded.kind == "domain_changed")
            }
        }
    }

    @Test func `goes on after the event that was seen last`() async throws {
        try await AdminFixture.run { api in
            let seen = api.journals.events.publish(try Self.draft("a.test"))
            api.journals.events.publish(try Self.draft("b.test"))
            let headers = [("last-event-id", String(seen.id))]
            try await EventReader.reading("/api/v1/events", headers, at: api.socket) { reader in
                let text = try await reader.until("b.test")
                #expect(!text.contains("a.test"))
            }
        }
    }

    @Test func `leaves out other kinds than asked for`() async throws {
        try await AdminFixture.run { api in
            let seen = api.journals.events.publish(try Self.draft("a.test"))
            api.journals.events.publish(try Self.draft("b.test"))
            let path = "/api/v1/events?kind=certificate_changed,client_connected"
            let headers = [("last-event-id", String(seen.id))]
            try await EventReader.reading(path, headers, at: api.socket) { reader in
                _ = try await reader.until("connected")
                #expect(!reader.text.contains("b.test"))
            }
        }
    }

    @Test func `says how many events a reader lost`() async throws {
        try await AdminFixture.run { api in
            let seen = api.journals.events.publish(try Self.draft("a.test"))
            for _ in 0..<(EventHub.defaultCapacity + 5) { api.journals.events.publish(try Self.draft("b.test")) }
            let headers = [("last-event-id", String(seen.id))]
            try await EventReader.reading("/api/v1/events", headers, at: api.socket) { reader in
                _ = try await reader.until("event: missed\ndata: {\"missed\":5}")
            }
        }
    }

    @Test func `says that it is still there when nothing happens`() async throws {
        try await AdminFixture.run(.init(readers: Self.prompt)) { api in
            try await EventReader.reading("/api/v1/events", at: api.socket) { reader in
                _ = try await reader.until(": still here")
            }
        }
    }

    @Test func `ends when the server does`() async throws {
        try await AdminFixture.made { api in
            let (started, continuation) = AsyncStream.makeStream(of: Void.self)
            let reading = Mutex<Task<String, any Error>?>(nil)
            try await api.serving(on: .socket(path: api.socket)) { _ in
                reading.withLock {
                    $0 = Task {
                        try await EventReader.reading("/api/v1/events", at: api.socket) { reader in
                            _ = try await reader.until("connected")
                            continuation.finish()
                            return try await reader.untilEnd()
                        }
                    }
                }
                for await _ in started {}
            }
            _ = try await reading.withLock { $0 }?.value
        }
    }

    @Test func `has room for so many, and takes one in for one that goes`() async throws {
        let readers = EventReaders(limit: 1)
        var seat: EventReaders.Seat? = try readers.enter()
        #expect(seat != nil)
        let problem = #expect(throws: Problem.self) { try readers.enter() }
        #expect(problem?.status == 429)
        #expect(problem?.retryAfter == 30)
        seat = nil
        _ = try readers.enter()
    }
}

/// A reader of server-sent events on a Unix socket.
private final class EventReader {
    let head: HTTPResponseHead
    private(set) var text = ""
    private var parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator

    static func reading<Value: Sendable>(
        _ path: String,
        _ headers: [(String, String)] = [],
        at socket: String,
        _ body: (EventReader) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(unixDomainSocketPath: socket) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let fields = HTTPHeaders([("host", "x")] + headers)
            try await outbound.write(.head(.init(version: .http1_1, method: .GET, uri: path, headers: fields)))
            try await outbound.write(.end(nil))
            var parts = inbound.makeAsyncIterator()
            guard case .head(let head)? = try await parts.next() else { throw Gone() }
            return try await body(EventReader(head, parts))
        }
    }

    private struct Gone: Error {}

    private init(
        _ head: HTTPResponseHead,
        _ parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    ) {
        self.head = head
        self.parts = parts
    }

    /// Reads until the text holds `wanted`, behind `start`.
    func until(_ wanted: String, after start: String = "") async throws -> String {
        while true {
            let from = start.isEmpty ? text.startIndex : text.range(of: start)?.upperBound
            if let from, text[from...].contains(wanted) { return text }
            guard case .body(let buffer)? = try await parts.next() else { throw Gone() }
            text += String(buffer: buffer)
        }
    }

    /// Reads to the answer's end.
    func untilEnd() async throws -> String {
        while let part = try await parts.next() {
            switch part {
            case .body(let buffer): text += String(buffer: buffer)
            case .end: return text
            case .head: throw Gone()
            }
        }
        throw Gone()
    }
}
