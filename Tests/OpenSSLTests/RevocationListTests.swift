import Foundation
import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct RevocationListTests {
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority("Devices") }

    private func refusal(_ body: () throws -> Void) -> RevocationListError? {
        do {
            try body()
            return nil
        } catch {
            return error as? RevocationListError
        }
    }

    private func pem(_ der: [UInt8]) throws -> [UInt8] {
        Array(try PEMBlock.write(label: "X509 CRL", der: der).utf8)
    }

    @Test func `tells whom it revokes, when and why`() throws {
        let (stolen, other) = try (authority.issue("stolen"), authority.issue("other"))
        let der = try authority.revocationList(RevocationListShape(revoking: stolen, reason: 1))
        for bytes in try [der, pem(der)] {
            let list = try CertificateRevocationList(bytes)
            let revocation = try #require(list.revocation(of: CertificateSerial(of: stolen.parsed)))
            #expect(revocation.reason == .keyCompromise)
            #expect(revocation.date == Date(timeIntervalSince1970: 1_800_000_000))
            #expect(try list.revocation(of: CertificateSerial(of: other.parsed)) == nil)
            #expect(list.count == 1 && list.issuer == "CN=Devices" && list.number == "7")
            #expect(list.signatureDigest == "SHA256")
            #expect(throws: Never.self) { try list.checkIssued(by: authority.certificate.parsed) }
        }
    }

    @Test func `may revoke nobody`() throws {
        #expect(try CertificateRevocationList(authority.revocationList()).count == 0)
    }

    @Test func `gets stale after its nextUpdate`() throws {
        let end = Date(timeIntervalSince1970: 1_900_000_000)
        let list = try CertificateRevocationList(
            authority.revocationList(RevocationListShape().with { $0.nextUpdate = end })
        )
        #expect(!list.isStale(at: end))
        #expect(list.isStale(at: end + 1))
    }

    @Test func `never gets stale without one`() throws {
        let list = try CertificateRevocationList(
            authority.revocationList(RevocationListShape().with { $0.nextUpdate = nil })
        )
        #expect(list.nextUpdate == nil && !list.isStale(at: .distantFuture))
    }

    @Test func `is refused when it has only the changes since another one`() throws {
        let der = try authority.revocationList(RevocationListShape().with { $0.isDelta = true })
        #expect(refusal { _ = try CertificateRevocationList(der) } == .delta)
    }

    @Test(arguments: [
        (RevocationListShape.Scope.authorities, RevocationListError.partial(covers: "CA certificates")),
        (.attributes, .partial(covers: "attribute certificates")), (.indirect, .indirect),
    ])
    func `is refused when it is not the whole list of the CA's devices`(
        scope: RevocationListShape.Scope,
        error: RevocationListError
    ) throws {
        let der = try authority.revocationList(RevocationListShape().with { $0.scope = scope })
        #expect(refusal { _ = try CertificateRevocationList(der) } == error)
    }

    @Test func `may be for devices alone`() throws {
        let der = try authority.revocationList(RevocationListShape().with { $0.scope = .userCertificates })
        #expect(throws: Never.self) { try CertificateRevocationList(der) }
    }

    @Test func `is refused with a critical extension that nobody understands`() throws {
        let der = try authority.revocationList(RevocationListShape().with { $0.hasUnknownCriticalExtension = true })
        #expect(refusal { _ = try CertificateRevocationList(der) } == .unusableExtension("unknown"))
    }

    @Test func `of another CA is refused`() throws {
        let list = try CertificateRevocationList(TestAuthority("Others").revocationList())
        #expect(
            refusal { try list.checkIssued(by: authority.certificate.parsed) }
                == .wrongIssuer(found: "CN=Others", needed: "CN=Devices")
        )
    }

    @Test func `with the CA's name and another's signature is refused`() throws {
        let list = try CertificateRevocationList(TestAuthority("Devices").revocationList())
        #expect(
            refusal { try list.checkIssued(by: authority.certificate.parsed) }
                == .badSignature(authority: "CN=Devices")
        )
    }

    @Test func `with bytes behind it, or cut short, is refused`() throws {
        let der = try authority.revocationList()
        #expect(
            refusal { _ = try CertificateRevocationList(der + [0]) }
                == .unreadable(.trailingBytes(count: 1, after: "revocation list"))
        )
        for count in stride(from: 1, to: der.count, by: 7) {
            #expect(refusal { _ = try CertificateRevocationList(Array(der[..<count])) } != nil)
        }
    }

    @Test func `two in one file are refused`() throws {
        let text = try pem(authority.revocationList())
        #expect(refusal { _ = try CertificateRevocationList(text + text) } == .several(found: 2))
    }

    @Test func `a certificate in its place is refused by name`() throws {
        let text = Array(try authority.certificate.pem.utf8)
        #expect(
            refusal { _ = try CertificateRevocationList(text) }
                == .unreadable(.missingPEMBlock(needed: "X509 CRL", found: ["CERTIFICATE"]))
        )
    }

    @Test func `more than 16 MiB are not read`() {
        let bytes = [0x30] + [UInt8](repeating: 0, count: CertificateRevocationList.maximumBytes)
        #expect(
            refusal { _ = try CertificateRevocationList(bytes) }
                == .tooLarge(bytes: bytes.count, limit: CertificateRevocationList.maximumBytes)
        )
    }

    @Test func `a hundred thousand entries are found at once`() throws {
        var shape = RevocationListShape()
        shape.entries = (0..<100_000).map { number in
            RevocationListShape.Entry([0x5A] + withUnsafeBytes(of: UInt64(number).bigEndian) { Array($0) })
        }
        let der = try authority.revocationList(shape)
        let clock = ContinuousClock()
        let start = clock.now
        let list = try CertificateRevocationList(der)
        let read = clock.now - start
        let serials = shape.entries.map { CertificateSerial(magnitude: $0.serial) }
        let found = clock.measure { for serial in serials { #expect(list.revocation(of: serial) != nil) } }
        #expect(list.count == 100_000)
        #expect(list.revocation(of: CertificateSerial(magnitude: [0x5B, 1])) == nil)
        print("100,000 revoked: \(der.count) bytes, read in \(read), looked up 100,000 times in \(found)")
    }

    @Test(arguments: [
        ([0x00, 0x0A, 0xFF], false, "aff"), ([], false, "0"), ([0x01], true, "-1"),
        ([UInt8](repeating: 0xFF, count: 23), false, String(repeating: "ff", count: 23)),
    ])
    func `serial numbers read as certificates spell them`(bytes: [UInt8], isNegative: Bool, text: String) {
        #expect(CertificateSerial(magnitude: bytes, isNegative: isNegative).description == text)
    }

    @Test func `serial numbers of more than 23 bytes stay different`() {
        let long = [UInt8](repeating: 0xFF, count: 24)
        #expect(CertificateSerial(magnitude: long) != CertificateSerial(magnitude: long + [0xFF]))
        #expect(CertificateSerial(magnitude: long) == CertificateSerial(magnitude: [0] + long))
        #expect(CertificateSerial(magnitude: [1]) != CertificateSerial(magnitude: [1], isNegative: true))
    }
}
