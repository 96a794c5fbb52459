import Credentials
import Foundation
import NIOCore
import NIOEmbedded
import OpenSSL
import TestAuthority
import Testing

@testable import Node

@Suite("TLS in front of the admin API") struct AdminTLSHandlerTests {
    private let authority: TestAuthority
    private let folder: TemporaryFolder

    init() throws {
        authority = try TestAuthority()
        folder = try TemporaryFolder()
    }

    private var paths: CertificateFiles {
        CertificateFiles(chainFile: folder.path("admin.crt"), keyFile: folder.path("admin.key"))
    }

    /// A client that trusts the authority, at the other end of a channel.
    private final class Client {
        let tls: TLSBuffers
        let channel: EmbeddedChannel
        var plaintext: [UInt8] = []

        init(_ certificate: AdminCertificate, trusting authority: TestAuthority) throws {
            let anchors = [try Certificate(der: authority.certificate.der)]
            tls = try TLSBuffers(client: TLSContext(client: ClientOptions(anchors: anchors)), serverName: "admin.test")
            channel = EmbeddedChannel(handler: try certificate.handler())
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            var hello: [UInt8] = []
            tls.begin(sending: &hello)
            try deliver(hello)
        }

        /// Carries bytes to the server, and its answers back, until both are silent.
        func deliver(_ bytes: [UInt8], inPiecesOf size: Int = .max) throws {
            var outgoing = bytes
            while !outgoing.isEmpty {
                for start in stride(from: 0, to: outgoing.count, by: min(size, outgoing.count)) {
                    let piece = outgoing[start..<min(outgoing.count, start + min(size, outgoing.count))]
                    try channel.writeInbound(ByteBuffer(bytes: piece))
                }
                outgoing = []
                while let answer = try channel.readOutbound(as: ByteBuffer.self) {
                    answer.withUnsafeReadableBytes { tls.receive($0, into: &plaintext, sending: &outgoing) }
                }
            }
        }

        func send(_ text: String, inPiecesOf size: Int = .max) throws {
            var ciphertext: [UInt8] = []
            _ = Array(text.utf8).withUnsafeBytes { tls.send($0, into: &ciphertext) }
            try deliver(ciphertext, inPiecesOf: size)
        }

        var heard: String {
            get throws {
                var text = ""
                while var buffer = try channel.readInbound(as: ByteBuffer.self) {
                    text += buffer.readString(length: buffer.readableBytes) ?? ""
                }
                return text
            }
        }
    }

    @Test(arguments: [1, 7, Int.max])
    func `carries requests and answers, in pieces of any size`(size: Int) throws {
        try authority.issue("admin", .server("admin.test")).write(to: folder, "admin")
        let client = try Client(try AdminCertificate(paths), trusting: authority)
        #expect(client.tls.state == .open)
        try client.send("GET / HTTP/1.1\r\n\r\n", inPiecesOf: size)
        #expect(try client.heard == "GET / HTTP/1.1\r\n\r\n")
        let answer = String(repeating: "x", count: 100_000)
        client.channel.writeAndFlush(ByteBuffer(string: answer), promise: nil)
        try client.deliver([])
        while let buffer = try client.channel.readOutbound(as: ByteBuffer.self) {
            var reply: [UInt8] = []
            buffer.withUnsafeReadableBytes { client.tls.receive($0, into: &client.plaintext, sending: &reply) }
        }
        #expect(String(decoding: client.plaintext, as: UTF8.self) == answer)
    }

    @Test func `closes on a client that speaks no TLS`() throws {
        try authority.issue("admin", .server("admin.test")).write(to: folder, "admin")
        let channel = EmbeddedChannel(handler: try AdminCertificate(paths).handler())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
        #expect(!channel.isActive)
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
    }

    @Test func `gives new connections the renewed certificate`() async throws {
        try authority.issue("admin", .server("admin.test")).write(to: folder, "admin")
        let certificate = try AdminCertificate(paths)
        let other = try TestAuthority("Other CA")
        try other.issue("admin", .server("admin.test")).write(to: folder, "admin")
        _ = try await certificate.refresh(at: Date())
        #expect(try Client(certificate, trusting: other).tls.state == .open)
        #expect(try Client(certificate, trusting: authority).tls.state == .failed)
    }

    @Test func `is not had with a key of another certificate`() throws {
        try authority.issue("admin", .server("admin.test")).write(to: folder, "admin")
        try folder.write(try TestKey().pem, to: "admin.key")
        #expect(throws: NodeError.self) { try AdminCertificate(paths) }
    }
}
