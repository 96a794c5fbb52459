package import NIOCore
import NIOPosix
import Synchronization

/// What the scripted server does with a query, step by step.
package enum TestAction: Sendable {
    case reply([UInt8])
    /// Over UDP: from another port than the query went to.
    case replyFromElsewhere([UInt8])
    /// Over TCP: byte by byte with pauses, the length prefix included.
    case drip([UInt8], every: TimeAmount)
    case wait(TimeAmount)
    /// Over TCP: ends the connection.
    case close
}

/// A name server on loopback, UDP and TCP on one free port, that answers as a script says. No step is silence.
package final class TestNameServer: Sendable {
    package typealias Script = @Sendable (TestQuery) -> [TestAction]

    package let port: Int
    private let datagrams: any Channel
    private let elsewhere: any Channel
    private let streams: any Channel
    private let log: Log

    /// The host that every server is on.
    package static let host = "127.0.0.1"
    /// A port that is free for UDP may be taken for TCP.
    private static let attempts = 20

    private init(datagrams: any Channel, elsewhere: any Channel, streams: any Channel, port: Int, log: Log) {
        self.datagrams = datagrams
        self.elsewhere = elsewhere
        self.streams = streams
        self.port = port
        self.log = log
    }

    /// The queries so far, in the order of arrival.
    package var queries: [TestQuery] { log.queries.withLock { $0 } }

    /// Starts a server for the time of `body`.
    package static func run<Result>(
        _ script: @escaping Script,
        _ body: (TestNameServer) async throws -> Result
    ) async throws -> Result {
        let server = try await start(script)
        do {
            let result = try await body(server)
            try await server.stop()
            return result
        } catch {
            try await server.stop()
            throw error
        }
    }

    private static func start(_ script: @escaping Script) async throws -> TestNameServer {
        let loops = MultiThreadedEventLoopGroup.singleton
        let log = Log()
        var lastError: (any Error)?
        for _ in 0..<attempts {
            let elsewhere = try await DatagramBootstrap(group: loops).bind(host: host, port: 0).get()
            let datagrams = try await DatagramBootstrap(group: loops)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = DatagramScript(script: script, elsewhere: elsewhere, log: log)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
                .bind(host: host, port: 0).get()
            let port = datagrams.localAddress?.port ?? 0
            do {
                let streams = try await ServerBootstrap(group: loops)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(StreamScript(script: script, log: log))
                        }
                    }
                    .bind(host: host, port: port).get()
                return TestNameServer(
                    datagrams: datagrams,
                    elsewhere: elsewhere,
                    streams: streams,
                    port: port,
                    log: log
                )
            } catch {
                lastError = error
                try await datagrams.close()
                try await elsewhere.close()
            }
        }
        throw lastError ?? ChannelError.ioOnClosedChannel
    }

    private func stop() async throws {
        try await streams.close()
        try await datagrams.close()
        try await elsewhere.close()
    }

    /// What was asked.
    fileprivate final class Log: Sendable {
        let queries = Mutex<[TestQuery]>([])
    }
}

/// Plays the script for each datagram.
private final class DatagramScript: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let script: TestNameServer.Script
    private let elsewhere: any Channel
    private let log: TestNameServer.Log

    init(script: @escaping TestNameServer.Script, elsewhere: any Channel, log: TestNameServer.Log) {
        self.script = script
        self.elsewhere = elsewhere
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let query = TestQuery(bytes: Array(envelope.data.readableBytesView), transport: .udp) else { return }
        log.queries.withLock { $0.append(query) }
        let channel = context.channel
        let elsewhere = elsewhere
        let peer = envelope.remoteAddress
        var delay = TimeAmount.zero
        for action in script(query) {
            switch action {
            case .wait(let time): delay = delay + time
            case .reply(let bytes), .drip(let bytes, _):
                context.eventLoop.scheduleTask(in: delay) {
                    let reply = AddressedEnvelope(remoteAddress: peer, data: ByteBuffer(bytes: bytes))
                    channel.writeAndFlush(reply, promise: nil)
                }
            case .replyFromElsewhere(let bytes):
                context.eventLoop.scheduleTask(in: delay) {
                    let reply = AddressedEnvelope(remoteAddress: peer, data: ByteBuffer(bytes: bytes))
                    elsewhere.writeAndFlush(reply, promise: nil)
                }
            case .close: break
            }
        }
    }

    /// A client that has gone answers by ICMP; the server goes on.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Plays the script for the first query of a connection.
private final class StreamScript: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let script: TestNameServer.Script
    private let log: TestNameServer.Log
    private var received: [UInt8] = []

    init(script: @escaping TestNameServer.Script, log: TestNameServer.Log) {
        self.script = script
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += Array(unwrapInboundIn(data).readableBytesView)
        guard received.count > 2, received.count == 2 + Int(received[0]) << 8 + Int(received[1]) else { return }
        guard let query = TestQuery(bytes: Array(received.dropFirst(2)), transport: .tcp) else { return }
        log.queries.withLock { $0.append(query) }
        let channel = context.channel
        var delay = TimeAmount.zero
        for action in script(query) {
            switch action {
            case .wait(let time): delay = delay + time
            case .reply(let bytes), .replyFromElsewhere(let bytes):
                context.eventLoop.scheduleTask(in: delay) {
                    channel.writeAndFlush(ByteBuffer(bytes: Self.framed(bytes)), promise: nil)
                }
            case .drip(let bytes, let pause):
                for byte in Self.framed(bytes) {
                    context.eventLoop.scheduleTask(in: delay) {
                        channel.writeAndFlush(ByteBuffer(bytes: [byte]), promise: nil)
                    }
                    delay = delay + pause
                }
            case .close:
                context.eventLoop.scheduleTask(in: delay) { channel.close(promise: nil) }
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private static func framed(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
    }
}
