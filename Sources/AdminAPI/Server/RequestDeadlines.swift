import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Ends a connection that takes too long: each part of an exchange has one absolute deadline, which no byte renews.
///
/// From accept, or from the end of the answer before, to the whole head; from the head to the body's end; and for the
/// answer, how long the peer may leave the outbound buffer full. Sits between the HTTP codec and the application.
final class RequestDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long each part may take.
    struct Limits: Sendable {
        /// From accept or the last answer to the end of the head. TLS counts.
        var head = TimeAmount.seconds(30)
        /// From the head to the end of the body.
        var body = TimeAmount.seconds(30)
        /// As `body`, for the paths that take large uploads.
        var upload = TimeAmount.minutes(10)
        /// How long the peer may read too little for the outbound buffer to drain.
        var stall = TimeAmount.seconds(60)
        /// Whether a request is one of the large uploads.
        var isUpload: @Sendable (_ target: String) -> Bool = { _ in false }
    }

    private let limits: Limits
    private var reading: Scheduled<Void>?
    private var writing: Scheduled<Void>?
    private var unanswered = 0

    init(_ limits: Limits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        expect(within: limits.head, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            unanswered += 1
            expect(within: limits.isUpload(head.path ?? "") ? limits.upload : limits.body, context)
        case .body:
            break
        case .end:
            reading?.cancel()
            reading = nil
            // Answered before it was read to its end, such as a body that is too large.
            if unanswered == 0 { expect(within: limits.head, context) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            unanswered = max(0, unanswered - 1)
            if unanswered == 0, reading == nil { expect(within: limits.head, context) }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writing?.cancel()
        writing = context.channel.isWritable ? nil : close(in: limits.stall, context)
        context.fireChannelWritabilityChanged()
    }

    private func expect(within time: TimeAmount, _ context: ChannelHandlerContext) {
        reading?.cancel()
        reading = close(in: time, context)
    }

    private func close(in time: TimeAmount, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func cancel() {
        reading?.cancel()
        writing?.cancel()
    }
}
