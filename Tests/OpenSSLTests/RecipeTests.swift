import Foundation
import Testing

@testable import OpenSSL

/// Certificates made by the openssl recipes that users follow pass as they are.
@Suite struct RecipeTests {
    /// The vendor's page for client certificates, word for word, with the CA of the page before it.
    private static let clientCertificate = """
        cat > client.csr.cfg <<'END'
        [req]
        default_bits = 2048
        prompt = no
        default_md = sha256
        distinguished_name = dn

        [dn]
        C=CN
        ST=SHXXX
        L=SH
        O=TX
        OU=MQTT
        emailAddress=xxx@xxx
        CN=client-test
        END
        cat > client.crt.cfg <<'END'
        authorityKeyIdentifier=keyid,issuer
        basicConstraints=CA:FALSE
        keyUsage = digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment, keyCertSign
        END
        openssl req -new -sha256 -nodes -out client.csr -newkey rsa:2048 -keyout client.key -config <(cat client.csr.cfg)
        openssl x509 -req -in client.csr -CA CA.crt -CAkey CA.key -CAcreateserial -out client.crt -days 500 -sha256 -extfile client.crt.cfg
        """

    @Test(arguments: [
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout CA.key -out CA.crt -days 3650 -subj /CN=CA",
        // Version 1, as “openssl x509 -req -signkey” makes it without an extension file.
        """
        openssl genrsa -out CA.key 2048
        openssl req -new -key CA.key -subj /CN=CA -out CA.csr
        openssl x509 -req -in CA.csr -signkey CA.key -days 3650 -out CA.crt
        """,
        """
        openssl ecparam -name prime256v1 -genkey -noout -out CA.key
        openssl req -x509 -new -key CA.key -out CA.crt -days 3650 -subj /CN=CA
        """,
    ])
    func `the vendor's client certificate is accepted in a handshake`(_ authority: String) throws {
        try OpenSSLCommand.run(authority + "\n" + RecipeTests.clientCertificate) { directory in
            func text(_ name: String) throws -> String { try OpenSSLCommand.text(name, in: directory) }
            let world = try TestWorld()
            let trust = try TrustStore(anchors: [Certificate(pem: text("CA.crt"))], in: world.library)
            let device = try TLSIdentity(
                chain: [Certificate(pem: text("client.crt"))],
                key: PrivateKey(pem: text("client.key"))
            )
            for version in [TLSVersion.tls1_2, .tls1_3] {
                let client = try TLSContext(client: ClientOptions(identity: device, versions: version...version))
                let pair = try TLSPair(server: world.listening, client: client)
                pair.handshake { hello in
                    guard case .proceed(var policy) = world.decide(hello) else { return .refuse(.internalError) }
                    policy.clientAuthentication = .required(trust)
                    return .proceed(policy)
                }
                #expect(pair.server.failure == nil)
                #expect(pair.server.peerCommonName == "client-test")
                #expect(pair.server.peerFacts?.organizationalUnit == "MQTT")
            }
        }
    }

    @Test(arguments: [
        ("openssl x509 -req -in leaf.csr -CA CA.crt -CAkey CA.key -CAcreateserial -md5 -out leaf.crt", "MD5"),
        ("openssl x509 -req -in leaf.csr -CA CA.crt -CAkey CA.key -CAcreateserial -sha1 -out leaf.crt", "SHA1"),
    ])
    func `a leaf signed with a broken digest is refused by name`(_ command: String, _ digest: String) throws {
        let script = """
            openssl req -x509 -newkey rsa:2048 -nodes -keyout CA.key -out CA.crt -subj /CN=CA
            openssl req -new -newkey rsa:2048 -nodes -keyout leaf.key -subj /CN=leaf -out leaf.csr
            \(command)
            """
        try OpenSSLCommand.run(script) { directory in
            let store = try TrustStore(
                anchors: [Certificate(pem: OpenSSLCommand.text("CA.crt", in: directory))])
            let leaf = try Certificate(pem: OpenSSLCommand.text("leaf.crt", in: directory))
            #expect(throws: ChainFailure.weakSignature(subject: "CN=leaf", digest: digest)) {
                try store.verify(leaf: leaf, at: Date())
            }
        }
    }

    @Test func `a short elliptic curve is refused by name`() throws {
        let script = """
            openssl req -x509 -newkey rsa:2048 -nodes -keyout CA.key -out CA.crt -subj /CN=CA
            openssl ecparam -name prime192v1 -genkey -noout -out leaf.key
            openssl req -new -key leaf.key -subj /CN=leaf -out leaf.csr
            openssl x509 -req -in leaf.csr -CA CA.crt -CAkey CA.key -CAcreateserial -out leaf.crt
            """
        try OpenSSLCommand.run(script) { directory in
            let store = try TrustStore(
                anchors: [Certificate(pem: OpenSSLCommand.text("CA.crt", in: directory))])
            let leaf = try Certificate(pem: OpenSSLCommand.text("leaf.crt", in: directory))
            let weak = KeyKind.ec(curve: "prime192v1", bits: 192)
            #expect(throws: ChainFailure.weakKey(subject: "CN=leaf", found: weak, needed: "EC of 224 bits")) {
                try store.verify(leaf: leaf, at: Date())
            }
        }
    }

    @Test func `an issuer named by serial number, as in a CA without key identifier, survives the CA's renewal`() throws
    {
        // With no subject key identifier in the CA, “keyid,issuer” writes the issuer's name and serial number; the
        // renewed CA certificate has the same key and another serial number.
        let script = """
            openssl genrsa -out CA.key 2048
            openssl req -new -key CA.key -subj /CN=CA -out CA.csr
            openssl x509 -req -in CA.csr -signkey CA.key -set_serial 1 -out CA.crt
            openssl x509 -req -in CA.csr -signkey CA.key -set_serial 2 -out renewed.crt
            \(RecipeTests.clientCertificate)
            """
        try OpenSSLCommand.run(script) { directory in
            let store = try TrustStore(
                anchors: [Certificate(pem: OpenSSLCommand.text("renewed.crt", in: directory))])
            let leaf = try Certificate(pem: OpenSSLCommand.text("client.crt", in: directory))
            #expect(throws: Never.self) { try store.verify(leaf: leaf, at: Date()) }
        }
    }
}
