import HummingbirdCore
import Logging
import NIOCore

/// An HTTP connection with one more handler in front of it, between the socket and HTTP: TLS.
struct FrontedChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let front: @Sendable () throws -> any ChannelHandler & Sendable

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(front())
        }
        .flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Base.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
