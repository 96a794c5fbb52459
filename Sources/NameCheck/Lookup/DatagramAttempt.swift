import LDNS
import NIOCore
import NIOPosix

/// One query in one datagram on a socket of its own.
///
/// The socket is connected: the kernel drops what comes from another address or port, and reports a closed port at once.
struct DatagramAttempt {
    let loop: any EventLoop
    let server: ServerAddress
    let query: Query
    let patience: TimeAmount

    /// Sends the query and waits for its answer; ends early when the task is cancelled.
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
            let handler = DatagramAnswerHandler(query: query, patience: patience, result: result)
            let bound = NIOLoopBound(handler, eventLoop: loop)
            DatagramBootstrap(group: loop)
                .channelInitializer { channel in
                    closer.attach(channel)
                    return channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(bound.value)
                    }
                }
                .connect(to: server.socketAddress)
                .whenFailure { error in
                    bound.value.finish(.unreachable(error.systemWord))
                }
            return result.futureResult
        }
    }
}

/// Sends the query once the socket is connected, and feeds what arrives to the ``AnswerWait``.
private final class DatagramAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = ByteBuffer

    private var wait: AnswerWait
    private let patience: TimeAmount
    private var result: EventLoopPromise<AttemptResult>?
    private var timer: Scheduled<Void>?
    private var channel: (any Channel)?

    init(query: Query, patience: TimeAmount, result: EventLoopPromise<AttemptResult>) {
        self.wait = AnswerWait(query: query)
        self.patience = patience
        self.result = result
    }

    func channelActive(context: ChannelHandlerContext) {
        channel = context.channel
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { self.finish(.silence) }
        let buffer = context.channel.allocator.buffer(bytes: wait.query.wire)
        context.writeAndFlush(wrapOutboundOut(buffer)).assumeIsolated().whenFailure { error in
            self.finish(.unreachable(error.systemWord))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .finish(let outcome) = wait.receive(Array(unwrapInboundIn(data).data.readableBytesView)) else {
            return
        }
        finish(outcome)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.unreachable(error.systemWord))
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.interrupted)
    }

    /// The first end counts.
    func finish(_ outcome: AttemptOutcome) {
        guard let result else { return }
        self.result = nil
        timer?.cancel()
        result.succeed(AttemptResult(outcome: outcome, discarded: wait.discarded))
        channel?.close(promise: nil)
    }
}
