import Foundation
import Glibc
import TestAuthority
import Testing

@testable import OpenSSL

/// The openssl program as a client, over loopback: what it says about the server it meets.
@Suite struct OpenSSLClientTests {
    private let world: TestWorld

    init() throws {
        world = try TestWorld()
    }

    /// Runs `openssl s_client` against one connection of the server, with the files of the test world beside it.
    private func run(_ arguments: String) throws -> (output: String, server: TLSConnection) {
        let device = try world.devices.issue("device-7")
        let listener = try LoopbackListener()
        let script = """
            cat > ca.pem <<'END'
            \(try world.servers.certificate.pem)
            END
            cat > device.pem <<'END'
            \(try device.pem)
            \(try device.key.pem)
            END
            openssl s_client -connect 127.0.0.1:\(listener.port) \(arguments) </dev/null >output.txt 2>&1 || true
            """
        let context = try world.listening
        let world = world
        let serving = try listener.serveOne(context) { world.decide($0) }
        let output = try OpenSSLCommand.run(script) { try OpenSSLCommand.text("output.txt", in: $0) }
        return (output, try serving.wait())
    }

    @Test func `verifies chain and name of each domain`() throws {
        for name in [TestWorld.first, TestWorld.second] {
            let (output, server) = try run(
                "-CAfile ca.pem -verify_return_error -verify_hostname \(name) -servername \(name) -cert device.pem"
            )
            #expect(output.contains("Verify return code: 0 (ok)"), "\(output)")
            #expect(server.failure == nil)
            #expect(server.peerCommonName == "device-7")
        }
    }

    @Test func `is told about an unknown name`() throws {
        let (output, server) = try run("-servername three.example -cert device.pem")
        #expect(output.contains("unrecognized name"), "\(output)")
        #expect(server.failure == .refused(.unrecognizedName))
    }

    @Test func `is told that a certificate is required`() throws {
        let (_, server) = try run("-servername one.example -tls1_2")
        #expect(server.failure == .noCertificate)
    }

    @Test(arguments: [("-tls1", TLSVersion.tls1_0), ("-tls1_1", .tls1_1), ("-tls1_2", .tls1_2), ("-tls1_3", .tls1_3)])
    func `speaks every version`(_ option: String, _ version: TLSVersion) throws {
        let (output, server) = try run("\(option) -cipher DEFAULT:@SECLEVEL=0 -servername one.example -cert device.pem")
        #expect(server.failure == nil, "\(output)")
        #expect(server.version == version)
    }

    @Test func `sees the names of the registered CAs`() throws {
        let (output, _) = try run("-servername two.example -cert device.pem")
        #expect(output.contains("Acceptable client certificate CA names\nCN = Devices"), "\(output)")
    }
}
