import Foundation
import Testing

@testable import OpenSSL

@Suite struct IssuingTests {
    private let validity = Date(timeIntervalSinceNow: -60)...Date(timeIntervalSinceNow: 86_400)

    @Test func `what the CA issues authenticates both ends`() throws {
        let ca = try IssuingAuthority.create(commonName: "Sluice CA", validity: validity)
        let server = try ca.issueServerCertificate(dnsNames: ["mqtt.example", "*.mqtt.example"], validity: validity)
        let device = try ca.issueClientCertificate(
            commonName: "device-1",
            organizationalUnit: "Test",
            validity: validity
        )
        let context = try TLSContext(
            server: [TLSIdentity(chain: [server.certificate], key: server.key)],
            in: .process
        )
        let client = try TLSContext(
            client: ClientOptions(
                anchors: [ca.certificate],
                identity: TLSIdentity(chain: [device.certificate], key: device.key)
            )
        )
        let trust = try TrustStore(anchors: [ca.certificate])
        for name in ["mqtt.example", "a.mqtt.example"] {
            let pair = try TLSPair(server: context, client: client, serverName: name)
            pair.handshake { _ in
                .proceed(
                    HelloPolicy(
                        context: context,
                        clientAuthentication: .required(trust),
                        versions: .tls1_2 ... .tls1_3,
                        sessionBinding: nil
                    )
                )
            }
            #expect(pair.server.failure == nil)
            #expect(pair.client.failure == nil)
            #expect(pair.server.peerFacts?.subject == "CN=device-1,OU=Test")
        }
    }

    @Test func `openssl verifies it strictly`() throws {
        let ca = try IssuingAuthority.create(commonName: "Sluice CA", validity: validity)
        let server = try ca.issueServerCertificate(
            dnsNames: ["mqtt.example"],
            ipAddresses: ["127.0.0.1", "::1"],
            validity: validity
        )
        let device = try ca.issueClientCertificate(commonName: "device-1", validity: validity)
        let script = """
            cat > ca.pem <<'END'
            \(try ca.certificate.pem)
            END
            cat > server.pem <<'END'
            \(try server.certificate.pem)
            END
            cat > device.pem <<'END'
            \(try device.certificate.pem)
            END
            openssl verify -x509_strict -CAfile ca.pem -purpose sslserver -verify_hostname mqtt.example server.pem
            openssl verify -x509_strict -CAfile ca.pem -purpose sslserver -verify_ip 127.0.0.1 server.pem
            openssl verify -x509_strict -CAfile ca.pem -purpose sslserver -verify_ip ::1 server.pem
            openssl verify -x509_strict -CAfile ca.pem -purpose sslclient device.pem
            """
        #expect(throws: Never.self) { try OpenSSLCommand.run(script) { _ in } }
    }

    @Test func `its facts are as asked for`() throws {
        let ca = try IssuingAuthority.create(commonName: "Sluice CA", validity: validity)
        #expect(ca.certificate.facts.isCA)
        #expect(ca.certificate.facts.pathLength == 0)
        let names = ["a.example", "DNS:b.example,IP:1.2.3.4"]
        let issued = try ca.issueServerCertificate(dnsNames: names, validity: validity)
        // A name is a name, whatever it looks like in openssl's notation.
        #expect(issued.certificate.facts.dnsNames == names)
        #expect(issued.certificate.facts.allowsServerAuthentication)
        #expect(!issued.certificate.facts.allowsClientAuthentication)
        #expect(issued.certificate.facts.commonName == "a.example")
        #expect(issued.key.matches(issued.certificate))
    }

    @Test func `a name too long for a CN stands in the subject alternative name alone`() throws {
        let ca = try IssuingAuthority.create(commonName: "Sluice CA", validity: validity)
        let name = String(repeating: "a", count: 60) + ".example"
        let facts = try ca.issueServerCertificate(dnsNames: [name], validity: validity).certificate.facts
        #expect(facts.commonName == nil)
        #expect(facts.dnsNames == [name])
    }

    @Test func `serial numbers differ`() throws {
        let ca = try IssuingAuthority.create(commonName: "Sluice CA", validity: validity)
        let serials = try (0..<20).map { _ in
            try ca.issueClientCertificate(commonName: "x", validity: validity).certificate.facts.serialHex
        }
        #expect(Set(serials).count == 20)
        #expect(serials.allSatisfy { $0.count == 32 })
    }

    @Test func `an existing CA goes on only with its own key`() throws {
        let ca = try IssuingAuthority.create(commonName: "Sluice CA", validity: validity)
        #expect(throws: Never.self) { try IssuingAuthority(certificate: ca.certificate, key: ca.key) }
        #expect(throws: OpenSSLError.keyMismatch(subject: "CN=Sluice CA")) {
            try IssuingAuthority(certificate: ca.certificate, key: PrivateKey.generateP256())
        }
    }
}
