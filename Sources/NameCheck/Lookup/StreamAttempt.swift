import LDNS
import NIOCore
import NIOPosix

/// One query over a TCP connection of its own, bounded in time as a whole: a server that drips its answer gains nothing.
struct StreamAttempt {
    let loop: any EventLoop
    let server: ServerAddress
    let query: Query
    let patience: TimeAmount

    /// Connects, asks and reads one message; ends early when the task is cancelled.
    func run() async -> AttemptResult {
        let closer = ChannelCloser()
        return await withTaskCancellationHandler {
            await start(closer).get(orElse: AttemptResult(outcome: .interrupted))
        } onCancel: {
            closer.cancel()
        }
    }

    private func start(_ closer: ChannelCloser) -> EventLoopFuture<AttemptResult> {
        loop.flatSubmit { [loop, server, query, patience] in
            let result = loop.makePromise(of: AttemptResult.self)
            let handler = StreamAnswerHandler(query: query, result: result)
            handler.startTimer(on: loop, patience: patience)
            let bound = NIOLoopBound(handler, eventLoop: loop)
            ClientBootstrap(group: loop)
                .connectTimeout(patience)
                .channelInitializer { channel in
                    closer.attach(channel)
                    return channel.eventLoop.makeCompletedFuture {
                        bound.value.channel = channel
                        try channel.pipeline.syncOperations.addHandler(bound.value)
                    }
                }
                .connect(to: server.socketAddress)
                .whenFailure { error in
                    bound.value.finish(error is ChannelError ? .silence : .unreachable(error.systemWord))
                }
            return result.futureResult
        }
    }
}

/// Sends the query with its length prefix and reads one message with its own (RFC 1035 § 4.2.2).
private final class StreamAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let query: Query
    private var received = ByteBuffer()
    private var result: EventLoopPromise<AttemptResult>?
    private var timer: Scheduled<Void>?
    var channel: (any Channel)?

    init(query: Query, result: EventLoopPromise<AttemptResult>) {
        self.query = query
        self.result = result
    }

    func startTimer(on loop: any EventLoop, patience: TimeAmount) {
        timer = loop.assumeIsolated().scheduleTask(in: patience) { self.finish(.silence) }
    }

    func channelActive(context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 2 + query.wire.count)
        buffer.writeInteger(UInt16(query.wire.count))
        buffer.writeBytes(query.wire)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        guard
            let length = received.getInteger(at: received.readerIndex, as: UInt16.self),
            let bytes = received.getBytes(at: received.readerIndex + 2, length: Int(length))
        else { return }
        switch AnswerScan(bytes, answering: query, ignoringCase: true) {
        case .accepted(let answer): finish(.answered(answer))
        case .malformed(let reason): finish(.malformed(reason))
        case .truncated: finish(.malformed(.cutOff))
        case .foreign(let reason): finish(.malformed(.parser("an answer to something else: \(reason.rawValue)")))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.unreachable(error.systemWord))
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.unreachable("the server closed the connection"))
    }

    /// The first end counts.
    func finish(_ outcome: AttemptOutcome) {
        guard let result else { return }
        self.result = nil
        timer?.cancel()
        result.succeed(AttemptResult(outcome: outcome))
        channel?.close(promise: nil)
    }
}
