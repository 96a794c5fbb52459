import Foundation
import MQTTCodec
import NIOCore
import NIOPosix
import OpenSSL

/// A device of `sluice dev up`: shows its certificate, and publishes a reading every two seconds.
struct TrialDevice: Sendable {
    /// What it is called, on its certificate and as its client id.
    let name: String
    let identity: TLSIdentity
    /// The CA that the gateway's certificate must chain to.
    let authority: Certificate
    let hostname: String
    let port: Int

    /// Between two readings; and before it comes back.
    private static let pause = Duration.seconds(2)

    /// Is connected and publishes, and comes back when it was sent away, until it is cancelled.
    func live() async {
        while !Task.isCancelled {
            // A device that is refused has nobody to tell: the gateway says why, by `sluice explain`.
            try? await publishReadings()
            try? await Task.sleep(for: Self.pause)
        }
    }

    private func publishReadings() async throws {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = try ClientTLSHandler(host: hostname, anchors: [authority], identity: identity)
                    try channel.pipeline.syncOperations.addHandler(tls)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: connect.encoded(for: .v5, from: .client)))
            var answers = inbound.makeAsyncIterator()
            guard let connack = try await answers.next(), isAccepted(connack) else { return }
            for number in 0... {
                try await outbound.write(ByteBuffer(bytes: reading(number).encoded(for: .v5, from: .client)))
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    /// MQTT 5.0 § 3.2: type, length, session present, reason code.
    private func isAccepted(_ connack: ByteBuffer) -> Bool {
        let bytes = connack.readableBytesView.prefix(5)
        return bytes.first == PacketType.connack.rawValue << 4 && bytes.dropFirst(3).first == 0
    }

    private var connect: ConnectPacket {
        get throws(CodecError) {
            ConnectPacket(
                keepAlive: 60,
                clientIdentifier: try Text(name),
                will: Will(topic: try TopicName("demo/\(name)/state"), payload: Array("gone".utf8), retain: true)
            )
        }
    }

    /// A day of some seconds, so that there is something to see.
    private func reading(_ number: Int) throws(CodecError) -> PublishPacket {
        let tenths = 200 + Int(50 * sin(Double(number) / 10))
        return PublishPacket(
            topic: try TopicName("demo/\(name)/temperature"),
            payload: Array("\(tenths / 10).\(tenths % 10)".utf8),
            retain: true
        )
    }
}
