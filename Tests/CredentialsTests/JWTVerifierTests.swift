import Credentials
import Foundation
import OpenSSL
import TestAuthority
import Testing

@Suite struct JWTVerifierTests {
    private static let secret = [UInt8](repeating: 0x5A, count: 32)
    private static let moment = Date(timeIntervalSince1970: 1_800_000_000)
    private static let claims = #"{"sub":"alice","exp":1800000300}"#

    private let rsa: TestTokenKey
    private let ec: TestTokenCurveKey

    init() throws {
        rsa = try TestTokenKey()
        ec = TestTokenCurveKey()
    }

    private func verifier(
        _ keys: [JWTKey],
        _ requirements: JWTRequirements = JWTRequirements()
    ) throws -> JWTVerifier {
        try JWTVerifier(keys: keys, requirements: requirements)
    }

    private func keys() throws -> [JWTKey] {
        [
            try JWTKey(secret: Self.secret), try JWTKey(PublicKey(pem: rsa.publicPEM)),
            try JWTKey(PublicKey(pem: ec.publicPEM)),
        ]
    }

    private func failure(
        _ token: String,
        _ verifier: JWTVerifier,
        at date: Date = JWTVerifierTests.moment
    ) -> JWTFailure? {
        do throws(JWTFailure) {
            _ = try verifier.verify(Array(token.utf8), at: date)
            return nil
        } catch {
            return error
        }
    }

    /// By HS256, judged at the moment.
    private func failure(_ claims: String, _ requirements: JWTRequirements = JWTRequirements()) throws -> JWTFailure? {
        let token = try TestToken.make(claims, .hs256(Self.secret))
        return failure(token, try verifier([JWTKey(secret: Self.secret)], requirements))
    }

    // MARK: Signatures

    @Test func `believes tokens of each algorithm`() throws {
        let verifier = try verifier(keys())
        for signer in [TestToken.Signer.hs256(Self.secret), .rs256(rsa), .es256(ec)] {
            let token = try TestToken.make(Self.claims, signer)
            let identity = try verifier.verify(Array(token.utf8), at: Self.moment)
            #expect(identity.user == "alice" && identity.clientID == nil)
            #expect(identity.expiresAt == Self.moment + 300)
        }
    }

    @Test func `does not believe another key of the kind`() throws {
        let verifier = try verifier(keys())
        let signers: [(TestToken.Signer, JWTAlgorithm)] = try [
            (.hs256([UInt8](repeating: 1, count: 32)), .hs256), (.rs256(TestTokenKey()), .rs256),
            (.es256(TestTokenCurveKey()), .es256),
        ]
        for (signer, algorithm) in signers {
            let token = try TestToken.make(Self.claims, signer)
            #expect(failure(token, verifier) == .badSignature(algorithm: algorithm, keysTried: 1))
        }
    }

    @Test func `never takes a public key for a secret`() throws {
        // The classic confusion: the public key's text as the secret of an HMAC.
        let token = try TestToken.make(Self.claims, .hs256(Array(rsa.publicPEM.utf8)))
        let verifier = try verifier([JWTKey(PublicKey(pem: rsa.publicPEM)), JWTKey(PublicKey(pem: ec.publicPEM))])
        #expect(failure(token, verifier) == .unsupportedAlgorithm("HS256"))
        let misnamed = try TestToken.make(Self.claims, .hs256(Array(rsa.publicPEM.utf8)), algorithm: "RS256")
        #expect(failure(misnamed, verifier) == .badSignature(algorithm: .rs256, keysTried: 1))
        #expect(throws: JWTKeyError.secretIsPEM) { try JWTKey(secret: Array(rsa.publicPEM.utf8)) }
    }

    @Test(arguments: ["none", "None", "HS384", "RS512", "PS256", "EdDSA", ""])
    func `accepts no other algorithm`(_ name: String) throws {
        for signer in [TestToken.Signer.none, .hs256(Self.secret)] {
            let token = try TestToken.make(Self.claims, signer, algorithm: name)
            #expect(try failure(token, verifier(keys())) == .unsupportedAlgorithm(name))
        }
    }

    @Test func `does not believe an unsigned token under a real algorithm's name`() throws {
        let token = try TestToken.make(Self.claims, .none, algorithm: "HS256")
        #expect(try failure(token, verifier(keys())) == .malformed(.signature))
    }

    @Test func `does not believe claims that were changed`() throws {
        let token = try TestToken.make(Self.claims, .es256(ec)).split(separator: ".")
        let other = TestToken.base64URL(Array(#"{"sub":"root","exp":1800000300}"#.utf8))
        #expect(
            try failure("\(token[0]).\(other).\(token[2])", verifier(keys()))
                == .badSignature(algorithm: .es256, keysTried: 1)
        )
    }

    @Test func `asks the key that the token names`() throws {
        let first = [UInt8](repeating: 1, count: 32)
        let second = [UInt8](repeating: 2, count: 32)
        let named = try [JWTKey(secret: first, id: "one"), JWTKey(secret: second, id: "two")]
        func token(_ secret: [UInt8], _ id: String?) throws -> String {
            try TestToken.make(Self.claims, .hs256(secret), header: id.map { #","kid":"\#($0)""# } ?? "")
        }
        let verifier = try verifier(named)
        #expect(try failure(token(first, "one"), verifier) == nil)
        #expect(try failure(token(second, nil), verifier) == nil)
        #expect(try failure(token(second, "one"), verifier) == .badSignature(algorithm: .hs256, keysTried: 1))
        #expect(try failure(token(first, "three"), verifier) == .unknownKey(id: "three", algorithm: .hs256))
        let withNameless = try self.verifier(named + [JWTKey(secret: Self.secret)])
        #expect(try failure(token(Self.secret, "three"), withNameless) == nil)
    }

    @Test func `refuses a token with header members that must be understood`() throws {
        let token = try TestToken.make(Self.claims, .hs256(Self.secret), header: #","crit":["b64"],"b64":false"#)
        #expect(try failure(token, verifier(keys())) == .criticalHeader(["b64"]))
    }

    @Test(arguments: [
        ("", JWTFailure.malformed(.token)), ("a.b", .malformed(.token)), ("a.b.c.d", .malformed(.token)),
        ("!.e30.AA", .malformed(.header)), ("e30.e30.AA", .malformed(.header)),
        ("eyJhbGciOiJIUzI1NiJ9.%.AA", .malformed(.claims)), ("eyJhbGciOiJIUzI1NiJ9.e30.", .malformed(.signature)),
        ("eyJhbGciOiJIUzI1NiJ9.e30.A", .malformed(.signature)),
        ("eyJhbGciOiJIUzI1NiJ9.e30.AB", .malformed(.signature)),
        ("eyJhbGciOiJIUzI1NiJ9.e30.AA==", .malformed(.signature)),
    ])
    func `refuses what is no token`(token: String, expected: JWTFailure) throws {
        #expect(try failure(token, verifier(keys())) == expected)
    }

    @Test func `does not read a token of more than 8 KiB`() throws {
        let bytes = JWTVerifier.maximumTokenBytes + 1
        #expect(
            try failure(String(repeating: "a", count: bytes), verifier(keys()))
                == .tooLong(bytes: bytes, limit: JWTVerifier.maximumTokenBytes)
        )
    }

    @Test func `survives claims of great depth`() throws {
        let deep = #"{"sub":"a","x":"# + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}"
        let token = try TestToken.make(String(deep.prefix(5500)), .hs256(Self.secret))
        #expect(try failure(token, verifier(keys())) == .malformed(.claims))
    }

    // MARK: Claims

    @Test func `expires a minute after exp, for clocks that differ`() throws {
        let token = try TestToken.make(Self.claims, .hs256(Self.secret))
        let (verifier, end) = (try verifier(keys()), Self.moment + 300)
        #expect(failure(token, verifier, at: end + 59) == nil)
        #expect(failure(token, verifier, at: end + 60) == .expired(at: end, now: end + 60))
    }

    @Test func `begins a minute before nbf`() throws {
        let token = try TestToken.make(
            #"{"sub":"a","nbf":1800000000,"exp":1800000300}"#,
            .hs256(Self.secret)
        )
        let (verifier, begin) = (try verifier(keys()), Self.moment)
        #expect(failure(token, verifier, at: begin - 60) == nil)
        #expect(failure(token, verifier, at: begin - 61) == .notYetValid(from: begin, now: begin - 61))
    }

    @Test(arguments: [
        (#"{"sub":"a"}"#, JWTFailure.expiryMissing),
        (#"{"sub":"a","exp":"1800000300"}"#, .malformed(.claims)),
        (#"{"sub":"a","exp":1e999}"#, .malformed(.claims)),
        (#"{"exp":1800000300}"#, .claimMissing("sub")),
        (#"{"sub":"","exp":1800000300}"#, .claimUnusable("sub")),
        (#"{"sub":"a\u0000","exp":1800000300}"#, .claimUnusable("sub")),
        (#"{"sub":7,"exp":1800000300}"#, .claimUnusable("sub")),
        (#"{"sub":["a"],"exp":1800000300}"#, .claimUnusable("sub")),
        (#"["sub"]"#, .malformed(.claims)), ("nothing", .malformed(.claims)),
    ])
    func `refuses claims that do not say who, or until when`(claims: String, expected: JWTFailure) throws {
        #expect(try failure(claims) == expected)
    }

    @Test func `refuses a token that was issued in the future`() throws {
        let date = Self.moment + 61
        #expect(
            try failure(#"{"sub":"a","iat":1800000061,"exp":1800000300}"#)
                == .issuedInFuture(at: date, now: Self.moment)
        )
        #expect(try failure(#"{"sub":"a","iat":1800000060,"exp":1800000300}"#) == nil)
    }

    @Test func `lets a token without exp in only where that is allowed`() throws {
        #expect(try failure(#"{"sub":"a"}"#, JWTRequirements(allowsUnlimited: true)) == nil)
    }

    @Test(arguments: [
        (#""iss":"cloud""#, true), (#""iss":"other""#, false), (#""x":1"#, false),
    ])
    func `wants the issuer that is configured`(member: String, passes: Bool) throws {
        let failure = try failure(#"{"sub":"a","exp":1800000300,\#(member)}"#, JWTRequirements(issuer: "cloud"))
        #expect((failure == nil) == passes)
        if !passes { #expect(failure?.code == "jwt-wrong-issuer") }
    }

    @Test(arguments: [
        (#""aud":"mqtt""#, true), (#""aud":["web","mqtt"]"#, true), (#""aud":["web"]"#, false),
        (#""aud":[]"#, false), (#""x":1"#, false),
    ])
    func `wants the audience that is configured`(member: String, passes: Bool) throws {
        let failure = try failure(#"{"sub":"a","exp":1800000300,\#(member)}"#, JWTRequirements(audience: "mqtt"))
        #expect((failure == nil) == passes)
        if !passes { #expect(failure?.code == "jwt-wrong-audience") }
    }

    @Test func `reads user and client id from the claims that are configured`() throws {
        let requirements = JWTRequirements(userClaim: "username", clientIDClaim: "device")
        let verifier = try verifier([JWTKey(secret: Self.secret)], requirements)
        func token(_ claims: String) throws -> String { try TestToken.make(claims, .hs256(Self.secret)) }
        let good = try token(#"{"username":"bob","device":"d-7","exp":1800000300}"#)
        let identity = try verifier.verify(Array(good.utf8), at: Self.moment)
        #expect(identity.user == "bob" && identity.clientID == "d-7")
        #expect(
            try failure(token(#"{"username":"bob","exp":1800000300}"#), verifier) == .claimMissing("device")
        )
    }
}
