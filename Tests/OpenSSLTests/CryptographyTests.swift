import Testing

@testable import OpenSSL

@Suite struct CryptographyTests {
    private let key = [UInt8](repeating: 7, count: AESGCM.keyBytes)

    @Test func `SHA-256 gives FIPS 180-4's digests`() {
        func hex(_ text: String) -> String {
            SHA256.hash(Array(text.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }
        #expect(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test(arguments: [0, 1, 16, 17, 5000])
    func `what is sealed opens again`(_ count: Int) throws {
        let plaintext = try RandomBytes.make(count: count)
        let sealed = try AESGCM.seal(plaintext, key: key, purpose: [1, 2])
        #expect(sealed.count == count + AESGCM.nonceBytes + AESGCM.tagBytes)
        #expect(try AESGCM.open(sealed, key: key, purpose: [1, 2]) == plaintext)
    }

    @Test func `AES-256-GCM agrees with the GCM specification's test case 16`() throws {
        func bytes(_ hex: String) -> [UInt8] {
            stride(from: 0, to: hex.count, by: 2).map { offset in
                let start = hex.index(hex.startIndex, offsetBy: offset)
                return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0
            }
        }
        let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        let sealed = bytes(
            "cafebabefacedbaddecaf888"
                + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b"
        )
        let plaintext = bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
        let purpose = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        #expect(try AESGCM.open(sealed, key: key, purpose: purpose) == plaintext)
    }

    @Test func `two seals of one text differ`() throws {
        #expect(try AESGCM.seal([1], key: key, purpose: []) != AESGCM.seal([1], key: key, purpose: []))
    }

    @Test func `any changed bit is noticed`() throws {
        let sealed = try AESGCM.seal([1, 2, 3], key: key, purpose: [])
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: OpenSSLError.authenticationFailed) { try AESGCM.open(changed, key: key, purpose: []) }
        }
    }

    @Test func `another key or purpose does not open`() throws {
        let sealed = try AESGCM.seal([1, 2, 3], key: key, purpose: [1])
        let other = [UInt8](repeating: 8, count: AESGCM.keyBytes)
        #expect(throws: OpenSSLError.authenticationFailed) { try AESGCM.open(sealed, key: other, purpose: [1]) }
        #expect(throws: OpenSSLError.authenticationFailed) { try AESGCM.open(sealed, key: key, purpose: [2]) }
    }

    @Test func `lengths are checked`() {
        #expect(throws: OpenSSLError.sealedTooShort(found: 27, needed: 28)) {
            try AESGCM.open([UInt8](repeating: 0, count: 27), key: key, purpose: [])
        }
        #expect(throws: OpenSSLError.wrongLength(what: "AES-256 key", found: 16, needed: 32)) {
            try AESGCM.seal([], key: [UInt8](repeating: 0, count: 16), purpose: [])
        }
    }

    @Test func `random bytes have the length asked for, and differ`() throws {
        #expect(try RandomBytes.make(count: 0) == [])
        #expect(try RandomBytes.make(count: 32).count == 32)
        #expect(try RandomBytes.make(count: 32) != RandomBytes.make(count: 32))
    }
}
