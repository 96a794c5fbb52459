import NIOCore
import OpenSSL

/// TLS in front of the admin API's HTTP: bytes of the socket on one side, bytes of HTTP on the other.
// Sendable: touched on the event loop of the one channel it is added to; it is only made elsewhere.
final class AdminTLSHandler: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let tls: TLSBuffers
    private var isClosing = false

    /// Throws an `OpenSSLError` when OpenSSL has no memory for a connection.
    init(_ context: TLSContext) throws(OpenSSLError) {
        tls = try TLSBuffers(server: context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        var (plaintext, answer): ([UInt8], [UInt8]) = ([], [])
        unwrapInboundIn(data).withUnsafeReadableBytes { tls.receive($0, into: &plaintext, sending: &answer) }
        send(answer, context)
        if !plaintext.isEmpty {
            context.fireChannelRead(wrapInboundOut(context.channel.allocator.buffer(bytes: plaintext)))
        }
        switch tls.state {
        case .handshaking, .open: break
        // Nobody of ours goes on sending to a client that has said it is done: HTTP answers before.
        case .endOfStream, .failed: close(context, nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        tls.receiveEnd()
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var ciphertext: [UInt8] = []
        let isTaken = unwrapOutboundIn(data).withUnsafeReadableBytes { tls.send($0, into: &ciphertext) }
        guard isTaken else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return close(context, nil)
        }
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: ciphertext)), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all else { return context.close(mode: mode, promise: promise) }
        close(context, promise)
    }

    /// Says goodbye, unless the handshake failed, and closes once that is on its way.
    private func close(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        guard !isClosing else { return context.close(mode: .all, promise: promise) }
        isClosing = true
        var goodbye: [UInt8] = []
        tls.close(sending: &goodbye)
        send(goodbye, context)
        context.close(mode: .all, promise: promise)
    }

    private func send(_ ciphertext: [UInt8], _ context: ChannelHandlerContext) {
        guard !ciphertext.isEmpty else { return }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: ciphertext)), promise: nil)
    }
}
