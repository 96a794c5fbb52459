import Hummingbird
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import AdminAPI

/// An HTTP connection without a socket, whose clock is moved by hand.
private struct TimedConnection {
    let channel: EmbeddedChannel
    private var loop: EmbeddedEventLoop

    init() throws {
        loop = EmbeddedEventLoop()
        let limits = RequestDeadlines.Limits(
            head: .seconds(30),
            body: .seconds(20),
            upload: .seconds(600),
            stall: .seconds(60),
            isUpload: { $0 == "/import" }
        )
        channel = EmbeddedChannel(handler: RequestDeadlines(limits), loop: loop)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
    }

    func pass(_ seconds: Int64) { loop.advanceTime(by: .seconds(seconds)) }

    func head(_ path: String = "/") throws {
        try channel.writeInbound(HTTPRequestPart.head(.init(method: .post, scheme: nil, authority: nil, path: path)))
    }

    func body() throws { try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x"))) }

    func end() throws { try channel.writeInbound(HTTPRequestPart.end(nil)) }

    func answer() throws {
        try channel.writeOutbound(HTTPResponsePart.head(.init(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }
}

@Suite struct `The deadlines of a connection` {
    @Test func `end one that never sends a whole head`() throws {
        let connection = try TimedConnection()
        connection.pass(29)
        #expect(connection.channel.isActive)
        connection.pass(1)
        #expect(!connection.channel.isActive)
    }

    @Test func `end a body that trickles, however often a byte comes`() throws {
        let connection = try TimedConnection()
        try connection.head()
        for _ in 1...19 {
            connection.pass(1)
            try connection.body()
        }
        #expect(connection.channel.isActive)
        connection.pass(1)
        #expect(!connection.channel.isActive)
    }

    @Test func `leave a large upload its time`() throws {
        let connection = try TimedConnection()
        try connection.head("/import")
        connection.pass(599)
        #expect(connection.channel.isActive)
        connection.pass(1)
        #expect(!connection.channel.isActive)
    }

    @Test func `leave an answer its time, and begin anew after it`() throws {
        let connection = try TimedConnection()
        try connection.head()
        try connection.end()
        connection.pass(3600)
        #expect(connection.channel.isActive)
        try connection.answer()
        connection.pass(29)
        #expect(connection.channel.isActive)
        connection.pass(1)
        #expect(!connection.channel.isActive)
    }

    @Test func `hold for a body that goes on after its answer`() throws {
        let connection = try TimedConnection()
        try connection.head()
        try connection.answer()
        connection.pass(19)
        try connection.body()
        #expect(connection.channel.isActive)
        connection.pass(1)
        #expect(!connection.channel.isActive)
    }

    @Test func `end one whose peer does not read`() throws {
        let connection = try TimedConnection()
        try connection.head()
        try connection.end()
        connection.channel.isWritable = false
        connection.channel.pipeline.fireChannelWritabilityChanged()
        connection.pass(59)
        #expect(connection.channel.isActive)
        connection.pass(1)
        #expect(!connection.channel.isActive)
    }

    @Test func `leave one alone whose peer reads again`() throws {
        let connection = try TimedConnection()
        try connection.head()
        try connection.end()
        connection.channel.isWritable = false
        connection.channel.pipeline.fireChannelWritabilityChanged()
        connection.pass(59)
        connection.channel.isWritable = true
        connection.channel.pipeline.fireChannelWritabilityChanged()
        connection.pass(3600)
        #expect(connection.channel.isActive)
    }
}
