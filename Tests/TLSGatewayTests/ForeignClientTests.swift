import OpenSSL
import Registry
import TLSGateway
import TestAuthority
import TestProcess
import Testing

@Suite("The openssl command as a client")
struct ForeignClientTests {
    /// Runs `openssl s_client` without input and gives all that it says.
    private func client(_ gateway: GatewayUnderTest, _ arguments: String...) throws -> String {
        let server = ["s_client", "-connect", "127.0.0.1:\(try gateway.port())"]
        return try ChildProcess("openssl", server + arguments, output: .pipe).readOutput()
    }

    @Test func `gets the certificate of the name it asks for`() async throws {
        let gateway = try await GatewayUnderTest()
        try await gateway.cluster.bind("mqtt.shop.test")
        let words = try client(gateway, "-servername", "mqtt.shop.test")
        #expect(words.contains("subject=CN = mqtt.shop.test"))
    }

    @Test func `gets the alert for a name that nobody serves`() async throws {
        let gateway = try await GatewayUnderTest { $0.unknownSNI = .reject }
        let words = try client(gateway, "-servername", "elsewhere.test")
        #expect(words.contains("SSL alert number 112"))
    }

    @Test func `gets the RSA certificate of a name when it knows nothing else`() async throws {
        let gateway = try await GatewayUnderTest()
        try await gateway.cluster.bind("mqtt.shop.test", key: .p256)
        try await gateway.cluster.bind("mqtt.shop.test", key: .rsa(bits: 2048))
        let modern = try client(gateway, "-servername", "mqtt.shop.test")
        #expect(modern.contains("Peer signature type: ECDSA"))
        let old = try client(gateway, "-servername", "mqtt.shop.test", "-sigalgs", "RSA-PSS+SHA256:RSA+SHA256")
        #expect(old.contains("Peer signature type: RSA"))
    }

    @Test func `is told the registered CAs in the CertificateRequest`() async throws {
        let gateway = try await GatewayUnderTest { $0.mode = .twoWay }
        try await gateway.cluster.register(TestAuthority("First Factory"), TestAuthority("Second Factory"))
        let words = try client(gateway, "-servername", "default.test", "-tls1_2")
        #expect(words.contains("CN = First Factory"))
        #expect(words.contains("CN = Second Factory"))
    }

    @Test func `of TLS 1.0 alone is let in at security level 0`() async throws {
        let gateway = try await GatewayUnderTest()
        let words = try client(gateway, "-servername", "default.test", "-tls1", "-cipher", "DEFAULT:@SECLEVEL=0")
        #expect(words.contains("Protocol  : TLSv1\n") || words.contains("New, TLSv1.0"))
    }
}
