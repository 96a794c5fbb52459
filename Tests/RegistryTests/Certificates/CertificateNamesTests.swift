import Foundation
import Registry
import Testing

@Suite struct CertificateNamesTests {
    @Test func `are the DNS names of subjectAltName, each once`() {
        let names = CertificateNames(subjectAlternativeNames: ["A.test", "*.b.test", "a.test."], commonName: "cn.test")
        #expect(names.served.map(\.text) == ["a.test", "*.b.test"])
    }

    @Test func `are the common name only without a DNS name in subjectAltName`() {
        #expect(CertificateNames(subjectAlternativeNames: [], commonName: "cn.test").served.map(\.text) == ["cn.test"])
    }

    @Test func `are not the common name when every DNS name is unusable`() {
        let names = CertificateNames(subjectAlternativeNames: ["a b"], commonName: "cn.test")
        #expect(names.served.isEmpty)
        #expect(names.unusable == ["a b"])
    }

    @Test func `are none for a common name that is no domain name`() {
        let names = CertificateNames(subjectAlternativeNames: [], commonName: "My Broker")
        #expect(names.served.isEmpty)
        #expect(names.unusable == ["My Broker"])
    }
}

@Suite struct CertificateValidityTests {
    /// Seconds from noon; the certificate lives from 30 days before it to 335 days after it.
    static let table: [(TimeInterval, CertificateValidity)] = [
        (-2_592_001, .notYetValid),
        (-2_592_000, .valid),
        (26_351_999, .valid),
        (26_352_000, .expiring),
        (28_944_000, .expiring),
        (28_944_001, .expired),
    ]

    @Test(arguments: table)
    func `is computed from the time`(offset: TimeInterval, validity: CertificateValidity) throws {
        #expect(try facts("a").validity(at: noon + offset) == validity)
    }
}
