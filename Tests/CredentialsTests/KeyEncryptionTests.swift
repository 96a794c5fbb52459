import Credentials
import OpenSSL
import Registry
import TestAuthority
import Testing

@Suite struct KeyEncryptionTests {
    private let encryption: KeyEncryption
    private let master: MasterKey
    private let leaf: TestCertificate
    private let key: PrivateKey

    init() throws {
        master = try MasterKey.generate()
        encryption = KeyEncryption(master)
        leaf = try TestAuthority().issue("server", .server("a.test"))
        key = try PrivateKey(pem: leaf.key.pem)
    }

    @Test func `gives back the key that it sealed`() throws {
        let sealed = try encryption.seal(key, for: leaf.fingerprint)
        let opened = try encryption.open(sealed, for: leaf.fingerprint)
        #expect(opened.matches(try leaf.parsed))
    }

    @Test func `leaves nothing of the key readable`() throws {
        let sealed = try encryption.seal(key, for: leaf.fingerprint)
        let secret = try key.pkcs8DER.suffix(24)
        #expect(!sealed.bytes.indices.contains { sealed.bytes[$0...].starts(with: secret) })
    }

    @Test func `seals differently each time`() throws {
        #expect(try encryption.seal(key, for: leaf.fingerprint) != encryption.seal(key, for: leaf.fingerprint))
    }

    @Test func `does not open a key for another certificate`() throws {
        let sealed = try encryption.seal(key, for: leaf.fingerprint)
        let other = try Fingerprint([UInt8](repeating: 7, count: 32))
        #expect(throws: CredentialsError.sealedKeyDamaged(certificate: other)) {
            try encryption.open(sealed, for: other)
        }
    }

    @Test func `tells a wrong master key from damage`() throws {
        let sealed = try encryption.seal(key, for: leaf.fingerprint)
        let other = try MasterKey.generate()
        let error = CredentialsError.sealedUnderAnotherKey(
            certificate: try leaf.fingerprint,
            sealedUnder: master.id,
            have: other.id
        )
        #expect(throws: error) { try KeyEncryption(other).open(sealed, for: leaf.fingerprint) }
        #expect(error.description.contains("sealed under master key \(master.id), this one is \(other.id)"))
    }

    @Test func `refuses every change of a bit`() throws {
        let fingerprint = try leaf.fingerprint
        let sealed = try encryption.seal(key, for: fingerprint)
        for index in sealed.bytes.indices {
            var bytes = sealed.bytes
            bytes[index] ^= 0x10
            #expect(throws: CredentialsError.self, "byte \(index)") {
                try encryption.open(SealedKey(bytes), for: fingerprint)
            }
        }
    }

    @Test func `refuses every shortened form`() throws {
        let fingerprint = try leaf.fingerprint
        let sealed = try encryption.seal(key, for: fingerprint)
        for count in sealed.bytes.indices {
            #expect(throws: CredentialsError.self, "\(count) bytes") {
                try encryption.open(SealedKey(Array(sealed.bytes.prefix(count))), for: fingerprint)
            }
        }
    }
}
