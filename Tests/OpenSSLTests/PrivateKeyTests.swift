import Foundation
import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct PrivateKeyTests {
    @Test(arguments: [
        ("PKCS#8 EC", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem"),
        ("SEC1", "openssl ecparam -name prime256v1 -genkey -noout -out key.pem"),
        ("SEC1 after its parameters", "openssl ecparam -name prime256v1 -genkey -out key.pem"),
        ("PKCS#1", "openssl genrsa -traditional -out key.pem 2048"),
        ("PKCS#8 RSA", "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem"),
        ("PKCS#8 Ed25519", "openssl genpkey -algorithm ED25519 -out key.pem"),
    ])
    func `is read from PEM and DER as openssl writes it`(_ form: String, _ command: String) throws {
        let script = """
            \(command)
            openssl pkey -in key.pem -pubout -out public.pem
            openssl pkey -in key.pem -outform DER -out key.der
            openssl req -x509 -key key.pem -subj /CN=own -out own.pem
            """
        try OpenSSLCommand.run(script) { directory in
            let certificate = try Certificate(pem: OpenSSLCommand.text("own.pem", in: directory))
            let key = try PrivateKey(pem: OpenSSLCommand.text("key.pem", in: directory))
            #expect(key.matches(certificate))
            let der = try Data(contentsOf: directory.appendingPathComponent("key.der"))
            #expect(try PrivateKey(der: Array(der)).matches(certificate))
            #expect(try PrivateKey(der: key.pkcs8DER).matches(certificate))
            #expect(try PrivateKey(pem: key.pkcs8PEM).matches(certificate))
        }
    }

    @Test(arguments: [
        ("PKCS#8", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:x -out key.pem"),
        ("SEC1", "openssl ecparam -name prime256v1 -genkey -noout | openssl ec -aes256 -passout pass:x -out key.pem"),
        ("PKCS#1", "openssl genrsa -traditional -aes256 -passout pass:x -out key.pem 2048"),
    ])
    func `an encrypted key is refused by name`(_ form: String, _ command: String) throws {
        try OpenSSLCommand.run(command) { directory in
            let pem = try OpenSSLCommand.text("key.pem", in: directory)
            #expect {
                try PrivateKey(pem: pem)
            } throws: { error in
                guard case .encryptedKey = error as? OpenSSLError else { return false }
                return true
            }
        }
    }

    @Test(arguments: [
        "openssl dsaparam -genkey -noout -out key.pem 1024",
        "openssl genpkey -algorithm X25519 -out key.pem",
    ])
    func `a key that is no use for TLS is refused`(_ command: String) throws {
        try OpenSSLCommand.run(command) { directory in
            let pem = try OpenSSLCommand.text("key.pem", in: directory)
            #expect {
                try PrivateKey(pem: pem)
            } throws: { error in
                guard case .unsupportedKey = error as? OpenSSLError else { return false }
                return true
            }
        }
    }

    @Test func `a key beside its certificate in one text is found`() throws {
        let issued = try TestAuthority("CA").issue()
        let key = try PrivateKey(pem: issued.pem + "\n" + issued.key.pem)
        #expect(key.matches(try issued.parsed))
    }

    @Test func `a key of another certificate does not match`() throws {
        let ca = try TestAuthority("CA")
        #expect(try !PrivateKey(pem: ca.issue().key.pem).matches(ca.issue().parsed))
        #expect(throws: OpenSSLError.keyMismatch(subject: "CN=device")) {
            try TLSIdentity(chain: [ca.issue().parsed], key: PrivateKey.generateP256())
        }
    }

    @Test func `a certificate is not a key`() throws {
        let pem = try TestAuthority("CA").certificate.pem
        #expect(throws: OpenSSLError.missingPEMBlock(needed: "PRIVATE KEY", found: ["CERTIFICATE"])) {
            try PrivateKey(pem: pem)
        }
    }

    @Test func `every cut of a key is an error`() throws {
        let der = try PrivateKey.generateP256().pkcs8DER
        for count in 0..<der.count {
            #expect(throws: OpenSSLError.self) { try PrivateKey(der: Array(der[..<count])) }
        }
        #expect(throws: OpenSSLError.trailingBytes(count: 1, after: "key")) { try PrivateKey(der: der + [0]) }
    }

    @Test func `never shows itself`() throws {
        let key = try PrivateKey.generateP256()
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(text.contains("redacted"))
            #expect(!text.contains("0x"))
        }
    }
}
