import NIOCore
import OpenSSL

/// TLS for a connection to a gateway elsewhere, over the system's OpenSSL: ciphertext on the network's side, plaintext
/// on the other.
///
/// The server's certificate is always checked, against the anchors and the host.
final class ClientTLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let buffers: TLSBuffers
    /// What was written before the handshake was complete.
    private var waiting: [(data: ByteBuffer, promise: EventLoopPromise<Void>?)] = []

    /// - Parameters:
    ///   - host: The name or address that the certificate must carry.
    ///   - identity: What the server is shown when it asks.
    init(host: String, anchors: [Certificate], identity: TLSIdentity? = nil) throws(OpenSSLError) {
        let options = ClientOptions(anchors: anchors, identity: identity)
        buffers = try TLSBuffers(client: TLSContext(client: options), serverName: host)
    }

    func channelActive(context: ChannelHandlerContext) {
        var ciphertext: [UInt8] = []
        buffers.begin(sending: &ciphertext)
        send(ciphertext, context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var plaintext: [UInt8] = [], ciphertext: [UInt8] = []
        unwrapInboundIn(data).withUnsafeReadableBytes { bytes in
            buffers.receive(bytes, into: &plaintext, sending: &ciphertext)
        }
        send(ciphertext, context)
        if !plaintext.isEmpty { context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: plaintext))) }
        switch buffers.state {
        case .handshaking: break
        case .open: sendWaiting(context)
        // The gateway sends nothing more: for HTTP that is the connection's end.
        case .endOfStream: context.close(promise: nil)
        case .failed: fail(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if buffers.state != .endOfStream {
            buffers.receiveEnd()
            fail(context)
        }
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        waiting.append((unwrapOutboundIn(data), promise))
        if buffers.state == .open { sendWaiting(context) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input {
            var ciphertext: [UInt8] = []
            buffers.close(sending: &ciphertext)
            send(ciphertext, context)
        }
        context.close(mode: mode, promise: promise)
    }

    private func sendWaiting(_ context: ChannelHandlerContext) {
        for (data, promise) in waiting {
            var ciphertext: [UInt8] = []
            _ = data.withUnsafeReadableBytes { buffers.send($0, into: &ciphertext) }
            context.write(wrapOutboundOut(ByteBuffer(bytes: ciphertext)), promise: promise)
        }
        if !waiting.isEmpty { context.flush() }
        waiting = []
    }

    private func send(_ ciphertext: [UInt8], _ context: ChannelHandlerContext) {
        if !ciphertext.isEmpty {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: ciphertext)), promise: nil)
        }
    }

    private func fail(_ context: ChannelHandlerContext) {
        let failure = buffers.failure ?? .truncated
        for (_, promise) in waiting { promise?.fail(failure) }
        waiting = []
        context.fireErrorCaught(failure)
        context.close(promise: nil)
    }
}
