import OpenSSL
import Registry

extension AcceptableKeys {
    /// The kinds of key that the client of a hello can verify, at the version it will get.
    init(of hello: borrowing ClientHello, upTo newest: TLSProtocolVersion) {
        self.init(
            signatureSchemes: hello.signatureSchemes,
            cipherSuites: hello.cipherSuites,
            isTLS13: newest == .tls1_3 && hello.offeredVersions.contains(.tls1_3)
        )
    }

    /// The kinds of key by what a hello lists.
    ///
    /// Up to TLS 1.2 the cipher suite names the kind of key too, so both lists must allow it; before TLS 1.2 there are
    /// no signature schemes, and the suites alone decide.
    init(signatureSchemes: [UInt16], cipherSuites: [UInt16], isTLS13: Bool) {
        var keys: AcceptableKeys = signatureSchemes.isEmpty ? .any : []
        for scheme in signatureSchemes {
            switch scheme {
            // RFC 8446 § 4.2.3; the low byte of a TLS 1.2 pair is the kind of signature, RFC 5246 § 7.4.1.4.1.
            case 0x0807: keys.insert(.ed25519)
            case 0x0804...0x0806, 0x0809...0x080b: keys.insert(.rsa)
            case 0x0201...0x0603 where scheme & 0xff == 3: keys.insert(.ecdsa)
            case 0x0101...0x0601 where scheme & 0xff == 1: keys.insert(.rsa)
            default: break
            }
        }
        if !isTLS13 {
            var suites: AcceptableKeys = []
            for suite in cipherSuites where !Self.isSignal(suite) {
                // RFC 8422 § 5.10: Ed25519 goes with the ECDSA suites.
                suites.formUnion(Self.isECDSA(suite) ? [.ecdsa, .ed25519] : .rsa)
            }
            keys.formIntersection(suites)
        }
        self = keys
    }

    /// The TLS_ECDHE_ECDSA suites of the IANA registry.
    private static func isECDSA(_ suite: UInt16) -> Bool {
        switch suite {
        case 0xc006...0xc00a, 0xc023, 0xc024, 0xc02b, 0xc02c, 0xc048, 0xc049, 0xc05c, 0xc05d, 0xc072, 0xc073, 0xc086,
            0xc087, 0xc0ac...0xc0af, 0xcca9:
            true
        default: false
        }
    }

    /// TLS 1.3 suites, which name no kind of key, and the two signalling values.
    private static func isSignal(_ suite: UInt16) -> Bool {
        suite >> 8 == 0x13 || suite == 0x00ff || suite == 0x5600
    }
}

extension TLSVersionRange {
    /// The range as OpenSSL takes it.
    var openSSLVersions: ClosedRange<TLSVersion> { minimum.openSSLVersion...maximum.openSSLVersion }
}

extension TLSProtocolVersion {
    /// The version as OpenSSL names it.
    var openSSLVersion: TLSVersion {
        switch self {
        case .tls1_0: .tls1_0
        case .tls1_1: .tls1_1
        case .tls1_2: .tls1_2
        case .tls1_3: .tls1_3
        }
    }
}
