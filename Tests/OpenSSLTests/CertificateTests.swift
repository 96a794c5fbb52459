import FoundationEssentials
import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct CertificateTests {
    @Test func `the facts say what the certificate says`() throws {
        let devices = try TestAuthority("Devices")
        let begin = Date(timeIntervalSince1970: 1_700_000_000)
        let end = Date(timeIntervalSince1970: 1_800_000_000)
        let shape = CertificateShape.client.with {
            $0.organizationalUnit = "MQTT"
            $0.notBefore = begin
            $0.notAfter = end
            $0.serialNumber = [0x00, 0xAB, 0x01]
            $0.dnsNames = ["a.example", "*.B.example"]
        }
        let issued = try devices.issue("gerät-7", shape)
        let facts = try issued.parsed.facts
        #expect(facts.commonName == "gerät-7")
        #expect(facts.organizationalUnit == "MQTT")
        #expect(facts.subject == "CN=gerät-7,OU=MQTT")
        #expect(facts.issuer == "CN=Devices")
        #expect(facts.serialHex == "ab01")
        #expect(facts.notBefore == begin)
        #expect(facts.notAfter == end)
        #expect(facts.dnsNames == ["a.example", "*.B.example"])
        #expect(facts.keyKind == .ec(curve: "prime256v1", bits: 256))
        #expect(!facts.isCA)
        #expect(!facts.isSelfSigned)
        #expect(facts.keyUsages == .digitalSignature)
        #expect(facts.extendedKeyUsages == ["clientAuth"])
        #expect(facts.allowsClientAuthentication)
        #expect(!facts.allowsServerAuthentication)
        #expect(facts.signatureDigest == "SHA256")
        #expect(facts.fingerprint == SHA256.hash(try issued.der))
        let authority = try devices.certificate.parsed.facts
        #expect(facts.authorityKeyIdentifier == authority.subjectKeyIdentifier)
        #expect(facts.issuerDER == authority.subjectDER)
    }

    @Test func `the facts of a CA`() throws {
        let shape = CertificateShape.authority.with { $0.constraints = .authority(pathLength: 2) }
        let facts = try TestAuthority("Devices", shape: shape).certificate.parsed.facts
        #expect(facts.isCA)
        #expect(facts.isSelfSigned)
        #expect(facts.pathLength == 2)
        #expect(facts.keyUsages == [.keyCertSign, .crlSign])
        #expect(facts.authorityKeyIdentifier == nil)
    }

    @Test func `what is absent is nil, and allows everything`() throws {
        let shape = CertificateShape.bareAuthority.with {
            $0.keyUses = nil
            $0.constraints = .absent
        }
        let facts = try TestAuthority("Bare", shape: shape).certificate.parsed.facts
        #expect(facts.keyUsages == nil)
        #expect(facts.extendedKeyUsages == nil)
        #expect(facts.allowsClientAuthentication)
        #expect(facts.allowsServerAuthentication)
        #expect(facts.subjectKeyIdentifier == nil)
        #expect(facts.pathLength == nil)
        #expect(facts.organizationalUnit == nil)
        #expect(facts.dnsNames == [])
    }

    @Test(arguments: [
        (TestKey.Kind.rsa(bits: 2048), KeyKind.rsa(bits: 2048)), (.p384, .ec(curve: "secp384r1", bits: 384)),
        (.ed25519, .ed25519),
    ])
    func `the kind of key is told`(_ made: TestKey.Kind, _ kind: KeyKind) throws {
        let certificate = try TestAuthority("CA").issue("leaf", .client.with { $0.key = made })
        #expect(try certificate.parsed.facts.keyKind == kind)
    }

    @Test(
        arguments: [([0x00], "0"), ([0x0A], "a"), ([0x80, 0x00], "8000"), ([0x01, 0x02], "102")] as [([UInt8], String)]
    )
    func `serial numbers are lower-case hexadecimal without leading zeros`(_ bytes: [UInt8], _ text: String) throws {
        // A first byte of 0 keeps the number positive.
        let shape = CertificateShape.client.with { $0.serialNumber = [0] + bytes }
        #expect(try TestAuthority("CA").issue("leaf", shape).parsed.facts.serialHex == text)
    }

    @Test func `a name with a NUL is not cut off at it`() throws {
        let shape = CertificateShape.client.with { $0.dnsNames = ["bank.example\0.evil.example", "good.example"] }
        let facts = try TestAuthority("CA").issue("bank\0.evil", shape).parsed.facts
        #expect(facts.dnsNames == ["good.example"])
        #expect(facts.commonName == "bank\0.evil")
    }

    @Test func `a bundle is read in its order, with text and keys in between`() throws {
        let authorities = try ["A", "B", "C"].map { try TestAuthority($0) }
        let text = try authorities.map { authority in
            let certificate = authority.certificate
            return try "some words\n\(certificate.key.pem)\n\(certificate.pem)\n"
        }.joined()
        let read = try Certificate.readPEM(text)
        #expect(read.map(\.description) == ["CN=A", "CN=B", "CN=C"])
    }

    @Test func `Windows line ends are fine`() throws {
        let pem = try TestAuthority("A").certificate.pem.replacing("\n", with: "\r\n")
        #expect(try Certificate(pem: pem).description == "CN=A")
    }

    @Test func `what is written is read again`() throws {
        let certificate = try TestAuthority("A").certificate.parsed
        #expect(try Certificate(pem: certificate.pem) == certificate)
    }

    @Test func `a text without a certificate says what it has instead`() throws {
        let key = try TestKey().pem
        #expect(throws: OpenSSLError.missingPEMBlock(needed: "CERTIFICATE", found: ["PRIVATE KEY"])) {
            try Certificate.readPEM(PrivateKey(pem: key).pkcs8PEM)
        }
        for empty in ["", "\n", "hello"] {
            #expect(throws: OpenSSLError.missingPEMBlock(needed: "CERTIFICATE", found: [])) {
                try Certificate.readPEM(empty)
            }
        }
    }

    @Test(arguments: ["cut short", "a wrong letter", "no END line"])
    func `a damaged block is an error, not the end of the text`(_ damage: String) throws {
        let good = try TestAuthority("A").certificate.pem
        var lines = try TestAuthority("B").certificate.pem.split(separator: "\n").map(String.init)
        switch damage {
        case "cut short": lines.remove(at: 3)
        case "a wrong letter": lines[2] = "!" + lines[2].dropFirst()
        default: lines.removeLast()
        }
        #expect(throws: OpenSSLError.self) { try Certificate.readPEM(good + "\n" + lines.joined(separator: "\n")) }
    }

    @Test func `bytes after the certificate are an error`() throws {
        let der = try TestAuthority("A").certificate.der
        #expect(throws: OpenSSLError.trailingBytes(count: 3, after: "certificate")) {
            try Certificate(der: der + [0, 0, 0])
        }
    }

    @Test func `every cut of a certificate is an error`() throws {
        let der = try TestAuthority("A").certificate.der
        for count in 0..<der.count {
            #expect(throws: OpenSSLError.self) { try Certificate(der: Array(der[..<count])) }
        }
    }

    @Test func `no change of a single byte crashes facts or verification`() throws {
        let devices = try TestAuthority("Devices")
        let store = try TrustStore(anchors: [devices.certificate.parsed])
        let der = try devices.issue("device", .client.with { $0.dnsNames = ["a.example"] }).der
        for index in der.indices {
            for change in [0x01, 0x80, 0xFF] as [UInt8] {
                var damaged = der
                damaged[index] ^= change
                guard let certificate = try? Certificate(der: damaged) else { continue }
                _ = certificate.facts
                // The signature covers all but the parts that OpenSSL reads leniently, such as unused bits.
                _ = try? store.verify(leaf: certificate, at: Date())
            }
        }
    }

    @Test func `the error queue is left empty`() throws {
        _ = try? Certificate(der: [0x30, 0x80])
        _ = try? Certificate.readPEM("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")
        _ = try? PrivateKey(der: [0x30, 0x00])
        #expect(ErrorQueue.drain() == [])
    }
}
