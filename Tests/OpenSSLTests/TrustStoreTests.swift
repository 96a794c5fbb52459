import FoundationEssentials
import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct TrustStoreTests {
    private func store(_ authorities: TestAuthority...) throws -> TrustStore {
        try TrustStore(anchors: authorities.map { try $0.certificate.parsed })
    }

    /// The reason for which a leaf is refused, nil when it is taken.
    private func refusal(
        of leaf: TestCertificate,
        by store: TrustStore,
        with intermediates: [TestCertificate] = [],
        rules: ChainRules = ChainRules()
    ) throws -> ChainFailure? {
        do throws(ChainFailure) {
            _ = try store.verify(
                leaf: readable(leaf),
                intermediates: intermediates.map(readable),
                at: Date(),
                rules: rules
            )
            return nil
        } catch {
            return error
        }
    }

    private func readable(_ certificate: TestCertificate) -> Certificate {
        do {
            return try certificate.parsed
        } catch {
            preconditionFailure("a forged certificate does not parse: \(error)")
        }
    }

    // MARK: Which CA

    @Test func `a leaf of a registered CA is taken, and the CA is told`() throws {
        let devices = try TestAuthority("Devices")
        let other = try TestAuthority("Other")
        let chain = try store(other, devices).verify(leaf: devices.issue().parsed, at: Date())
        #expect(chain.anchorFingerprint == SHA256.hash(try devices.certificate.der))
    }

    @Test func `the earliest end of validity of the chain is told`() throws {
        let end = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 3600).rounded())
        let devices = try TestAuthority("Devices", shape: .authority.with { $0.notAfter = end })
        let chain = try store(devices).verify(leaf: devices.issue().parsed, at: Date())
        #expect(chain.validUntil == end)
    }

    @Test func `a leaf of another CA is refused`() throws {
        let stranger = try TestAuthority("Strangers").issue("stranger")
        #expect(
            try refusal(of: stranger, by: store(TestAuthority("Devices")))
                == .unknownIssuer(subject: "CN=stranger", issuer: "CN=Strangers")
        )
    }

    @Test func `an empty store refuses everybody`() throws {
        #expect(
            try refusal(of: TestAuthority("Devices").issue(), by: TrustStore(anchors: []))
                == .unknownIssuer(subject: "CN=device", issuer: "CN=Devices")
        )
    }

    @Test func `a self-signed leaf of an unregistered key is refused`() throws {
        let itself = try TestAuthority("itself", shape: .client).certificate
        #expect(
            try refusal(of: itself, by: store(TestAuthority("Devices")))
                == .unknownIssuer(subject: "CN=itself", issuer: "CN=itself")
        )
    }

    @Test(arguments: [true, false])
    func `the name of a registered CA does not help without its key`(_ hasKeyIdentifiers: Bool) throws {
        let shape = hasKeyIdentifiers ? CertificateShape.authority : .bareAuthority
        let forged = try TestAuthority("Devices", shape: shape).issue("forged")
        #expect(
            try refusal(of: forged, by: store(TestAuthority("Devices", shape: shape)))
                == .badSignature(subject: "CN=forged", issuer: "CN=Devices")
        )
    }

    @Test func `nor does it among several of the name`() throws {
        let authorities = try (0..<3).map { _ in try TestAuthority("Devices", shape: .bareAuthority) }
        let forged = try TestAuthority("Devices", shape: .bareAuthority).issue("forged")
        let store = try TrustStore(anchors: authorities.map { try $0.certificate.parsed })
        #expect(try refusal(of: forged, by: store) == .badSignature(subject: "CN=forged", issuer: "CN=Devices"))
    }

    @Test(arguments: [true, false], [true, false])
    func `of several CAs with one subject each finds its devices`(
        _ hasKeyIdentifiers: Bool,
        _ leafHasKeyIdentifier: Bool
    ) throws {
        let shape = hasKeyIdentifiers ? CertificateShape.authority : .bareAuthority
        let authorities = try (0..<5).map { _ in try TestAuthority("Devices", shape: shape) }
        let store = try TrustStore(anchors: authorities.map { try $0.certificate.parsed })
        for authority in authorities {
            let leaf = try authority.issue(
                "device",
                .client.with { $0.hasAuthorityKeyIdentifier = leafHasKeyIdentifier }
            )
            let chain = try store.verify(leaf: leaf.parsed, at: Date())
            #expect(chain.anchorFingerprint == SHA256.hash(try authority.certificate.der))
        }
    }

    @Test func `the issuer is found by signature even when the key identifier is wrong`() throws {
        let devices = try TestAuthority("Devices")
        let leaf = try devices.issue("device", .client.with { $0.hasWrongAuthorityKeyIdentifier = true })
        #expect(try refusal(of: leaf, by: store(devices, TestAuthority("Devices"))) == nil)
    }

    @Test(arguments: [true, false])
    func `a CA renewed with the same key serves old leaves, the expired certificate beside it or not`(
        _ expiredIsFirst: Bool
    ) throws {
        let expired = try TestAuthority(
            "Devices",
            shape: .authority.with { $0.notAfter = Date(timeIntervalSinceNow: -60) }
        )
        let renewed = try TestAuthority("Devices", key: expired.certificate.key)
        let leaf = try expired.issue()
        #expect(try refusal(of: leaf, by: expiredIsFirst ? store(expired, renewed) : store(renewed, expired)) == nil)
        #expect(try refusal(of: leaf, by: store(expired)) != nil)
    }

    @Test func `32 CAs of one subject without key identifiers all work`() throws {
        let authorities = try (0..<32).map { _ in try TestAuthority("Devices", shape: .bareAuthority) }
        let store = try TrustStore(anchors: authorities.map { try $0.certificate.parsed })
        let last = try #require(authorities.last).issue("device", .client.with { $0.hasAuthorityKeyIdentifier = false })
        #expect(try refusal(of: last, by: store) == nil)
    }

    // MARK: Intermediates

    @Test func `a chain over intermediates is taken in any order`() throws {
        let root = try TestAuthority("Root")
        let upper = try root.issueAuthority("Upper")
        let lower = try upper.issueAuthority("Lower")
        let leaf = try lower.issue()
        let sent = [upper.certificate, lower.certificate]
        #expect(try refusal(of: leaf, by: store(root), with: sent) == nil)
        #expect(try refusal(of: leaf, by: store(root), with: sent.reversed()) == nil)
        #expect(try refusal(of: leaf, by: store(root), with: sent + [root.certificate]) == nil)
    }

    @Test func `a missing intermediate is named`() throws {
        let root = try TestAuthority("Root")
        let upper = try root.issueAuthority("Upper")
        let lower = try upper.issueAuthority("Lower")
        #expect(
            try refusal(of: lower.issue(), by: store(root), with: [lower.certificate])
                == .unknownIssuer(subject: "CN=Lower", issuer: "CN=Upper", depth: 1)
        )
    }

    @Test func `a registered intermediate is an anchor in its own right`() throws {
        let lower = try TestAuthority("Root").issueAuthority("Lower")
        #expect(try refusal(of: lower.issue(), by: store(lower)) == nil)
    }

    @Test func `the leaf alone is enough, whatever misleading intermediates come with it`() throws {
        let devices = try TestAuthority("Devices", shape: .bareAuthority)
        let strangers = try TestAuthority("Strangers")
        // Certificates of the CA's name from elsewhere: another key, expired, no CA.
        let misleading = try [
            strangers.issueAuthority("Devices").certificate,
            strangers.issueAuthority(
                "Devices",
                .authority.with { $0.notAfter = Date(timeIntervalSinceNow: -60) },
                key: devices.certificate.key
            ).certificate,
            strangers.issue("Devices"),
        ]
        #expect(try refusal(of: devices.issue(), by: store(devices), with: misleading) == nil)
    }

    @Test func `of two cross-signed intermediates the one that leads to a registered CA is taken`() throws {
        let unknown = try TestAuthority("Unknown root")
        let known = try TestAuthority("Known root")
        let bridge = try unknown.issueAuthority("Bridge")
        let crossed = try known.issueAuthority("Bridge", key: bridge.certificate.key)
        let leaf = try bridge.issue()
        for sent in [[bridge.certificate, crossed.certificate], [crossed.certificate, bridge.certificate]] {
            #expect(try refusal(of: leaf, by: store(known), with: sent) == nil)
        }
    }

    @Test func `an expired cross-signed intermediate does not hide the valid one`() throws {
        let root = try TestAuthority("Root")
        let old = try root.issueAuthority(
            "Bridge",
            .authority.with { $0.notAfter = Date(timeIntervalSinceNow: -60) }
        )
        let new = try root.issueAuthority("Bridge", key: old.certificate.key)
        let leaf = try old.issue()
        for sent in [[old.certificate, new.certificate], [new.certificate, old.certificate]] {
            #expect(try refusal(of: leaf, by: store(root), with: sent) == nil)
        }
    }

    @Test func `a new root signed by the registered old one is a way to it`() throws {
        let old = try TestAuthority("Root")
        let new = try TestAuthority("Root")
        let link = try old.issueAuthority("Root", key: new.certificate.key)
        #expect(try refusal(of: new.issue(), by: store(old), with: [link.certificate]) == nil)
    }

    @Test func `a flood of intermediates ends after a bounded number of tries`() throws {
        let root = try TestAuthority("Root")
        let key = try TestKey()
        // Everybody is issued by a "Loop": without a bound the ways through them would not end.
        let first = try TestAuthority("Loop", key: key)
        let loops = try (0..<40).map { _ in try first.issueAuthority("Loop", key: key).certificate }
        let ways = try root.issueAuthority("Loop").certificate
        let leaf = try first.issue()
        #expect(try refusal(of: leaf, by: store(root), with: loops + [ways]) != nil)
    }

    @Test func `a flood of intermediates that lead nowhere ends too`() throws {
        let key = try TestKey()
        let loop = try TestAuthority("Loop", key: key)
        let loops = try (0..<24).map { _ in try loop.issueAuthority("Loop", key: key).certificate }
        // No registered CA is ever reached, so that no path is ever judged.
        let failure = try refusal(of: loop.issue(), by: store(TestAuthority("Root")), with: loops)
        #expect(failure == .tooManyPaths(tried: 0))
    }

    // MARK: What a certificate must be

    @Test(arguments: [
        ("no extended key usage", CertificateShape.client.with { $0.purposes = nil }, true),
        ("clientAuth and serverAuth", .client.with { $0.purposes = [.serverAuth, .clientAuth] }, true),
        ("serverAuth alone", .client.with { $0.purposes = [.serverAuth] }, false),
        ("codeSigning alone", .client.with { $0.purposes = [.codeSigning] }, false),
        ("no key usage", .client.with { $0.keyUses = nil }, true),
        ("a leaf that may sign certificates", .client.with { $0.keyUses = [.digitalSignature, .keyCertSign] }, true),
        ("no basic constraints", .client.with { $0.constraints = .absent }, true),
        ("a CA as a device", .client.with { $0.constraints = .authority(pathLength: nil) }, true),
        (
            "no key identifiers",
            .client.with {
                $0.hasSubjectKeyIdentifier = false
                $0.hasAuthorityKeyIdentifier = false
            }, true
        ),
        ("P-384", .client.with { $0.key = .p384 }, true),
        ("Ed25519", .client.with { $0.key = .ed25519 }, true),
        ("RSA 2048", .client.with { $0.key = .rsa(bits: 2048) }, true),
    ])
    func `a leaf of this shape`(_ what: String, _ shape: CertificateShape, _ passes: Bool) throws {
        let devices = try TestAuthority("Devices")
        let found = try refusal(of: devices.issue("device", shape), by: store(devices))
        #expect((found == nil) == passes, "\(what): \(String(describing: found))")
    }

    @Test func `without clientAuth among the extended key usages the reason says so`() throws {
        let devices = try TestAuthority("Devices")
        let leaf = try devices.issue("device", .client.with { $0.purposes = [.serverAuth, .codeSigning] })
        #expect(
            try refusal(of: leaf, by: store(devices))
                == .wrongPurpose(subject: "CN=device", extendedKeyUsages: ["serverAuth", "codeSigning"])
        )
    }

    @Test func `validity begins with its first second and ends as its last one begins`() throws {
        let begin = Date(timeIntervalSince1970: 1_800_000_000)
        let end = Date(timeIntervalSince1970: 1_800_000_600)
        let devices = try TestAuthority(
            "Devices",
            shape: .authority.with {
                $0.notBefore = Date(timeIntervalSince1970: 0)
                $0.notAfter = Date(timeIntervalSince1970: 2_000_000_000)
            }
        )
        let shape = CertificateShape.client.with {
            $0.notBefore = begin
            $0.notAfter = end
        }
        let leaf = try devices.issue("device", shape).parsed
        let store = try store(devices)
        func judged(_ date: Date) -> ChainFailure? {
            do throws(ChainFailure) {
                _ = try store.verify(leaf: leaf, at: date)
                return nil
            } catch {
                return error
            }
        }
        #expect(judged(begin) == nil)
        #expect(judged(end.addingTimeInterval(-1)) == nil)
        let early = begin.addingTimeInterval(-1)
        #expect(judged(early) == .notYetValid(subject: "CN=device", notBefore: begin, now: early))
        // RFC 5280 § 4.1.2.5 counts the last second in, OpenSSL does not: it errs on the safe side.
        #expect(judged(end) == .expired(subject: "CN=device", notAfter: end, now: end))
    }

    @Test func `an expired CA is the one that is named`() throws {
        let devices = try TestAuthority(
            "Devices",
            shape: .authority.with { $0.notAfter = Date(timeIntervalSinceNow: -60) }
        )
        guard
            case .expired(subject: "CN=Devices", _, _, depth: 1) = try refusal(of: devices.issue(), by: store(devices))
        else {
            Issue.record("an expired CA was not named")
            return
        }
    }

    @Test func `a short RSA key is refused, of the device as of the CA`() throws {
        let devices = try TestAuthority("Devices")
        #expect(
            try refusal(of: devices.issue("weak", .client.with { $0.key = .rsa(bits: 1024) }), by: store(devices))
                == .weakKey(subject: "CN=weak", found: .rsa(bits: 1024), needed: "RSA 2048")
        )
        let weak = try TestAuthority("Weak", shape: .authority.with { $0.key = .rsa(bits: 1024) })
        #expect(
            try refusal(of: weak.issue(), by: store(weak))
                == .weakKey(subject: "CN=Weak", found: .rsa(bits: 1024), needed: "RSA 2048", depth: 1)
        )
    }

    @Test(arguments: [false, true])
    func `a SHA-1 signature is refused unless it is allowed`(_ isAllowed: Bool) throws {
        let devices = try TestAuthority("Devices", shape: .authority.with { $0.key = .rsa(bits: 2048) })
        let leaf = try devices.issue("old", .client.with { $0.isSignedWithSHA1 = true })
        #expect(
            try refusal(of: leaf, by: store(devices), rules: ChainRules(allowsWeakSignatures: isAllowed))
                == (isAllowed ? nil : .weakSignature(subject: "CN=old", digest: "SHA1"))
        )
    }

    @Test func `a CA's own SHA-1 signature carries no trust and does not matter`() throws {
        let devices = try TestAuthority(
            "Devices",
            shape: .authority.with {
                $0.key = .rsa(bits: 2048)
                $0.isSignedWithSHA1 = true
            }
        )
        #expect(try refusal(of: devices.issue(), by: store(devices)) == nil)
    }

    @Test func `a device cannot issue certificates`() throws {
        let devices = try TestAuthority("Devices")
        // A leaf that signs another one, as an authority would.
        let device = try devices.issueAuthority("device", .client)
        #expect(
            try refusal(of: device.issue("child"), by: store(devices), with: [device.certificate])
                == .notAnAuthority(subject: "CN=device", depth: 1)
        )
    }

    @Test func `a path longer than a CA allows is refused`() throws {
        let root = try TestAuthority("Root", shape: .authority.with { $0.constraints = .authority(pathLength: 0) })
        let lower = try root.issueAuthority("Lower")
        #expect(
            try refusal(of: lower.issue(), by: store(root), with: [lower.certificate])
                == .pathLengthExceeded(subject: "CN=Root", allowed: 0, depth: 2)
        )
        #expect(try refusal(of: root.issue(), by: store(root)) == nil)
    }

    @Test func `names outside a CA's constraints are refused`() throws {
        let devices = try TestAuthority(
            "Devices",
            shape: .authority.with {
                $0.permittedDNSNames = ["devices.example"]
                $0.excludedDNSNames = ["secret.devices.example"]
            }
        )
        func leaf(_ name: String) throws -> TestCertificate {
            try devices.issue("device", .client.with { $0.dnsNames = [name] })
        }
        #expect(try refusal(of: leaf("a.devices.example"), by: store(devices)) == nil)
        #expect(
            try refusal(of: leaf("a.example"), by: store(devices)) == .nameConstraintsViolated(subject: "CN=device")
        )
        #expect(
            try refusal(of: leaf("x.secret.devices.example"), by: store(devices))
                == .nameConstraintsViolated(subject: "CN=device")
        )
    }

    @Test func `a server's chain is judged as a server's`() throws {
        let servers = try TestAuthority("Servers")
        let leaf = try servers.issue("server", .server("server.example"))
        #expect(try refusal(of: leaf, by: store(servers), rules: ChainRules(peer: .server)) == nil)
        #expect(try refusal(of: leaf, by: store(servers)) != nil)
    }
}
