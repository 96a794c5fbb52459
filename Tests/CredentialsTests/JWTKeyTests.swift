import Credentials
import Foundation
import OpenSSL
import TestAuthority
import Testing

@Suite struct JWTKeyTests {
    private let rsa: TestTokenKey
    private let ec: TestTokenCurveKey
    private let directory: TemporaryDirectory

    init() throws {
        rsa = try TestTokenKey()
        ec = TestTokenCurveKey()
        directory = try TemporaryDirectory()
    }

    private func problem(_ body: () throws -> Void) -> JWTKeyError? {
        do {
            try body()
            return nil
        } catch {
            return error as? JWTKeyError
        }
    }

    private func passes(_ token: String, _ keys: [JWTKey]) throws -> Bool {
        let identity = try? JWTVerifier(keys: keys).verify(Array(token.utf8), at: Date())
        return identity?.user == "a"
    }

    private var claims: String { #"{"sub":"a","exp":\#(Int(Date().timeIntervalSince1970) + 300)}"# }

    // MARK: Files

    @Test func `are read from files`() throws {
        let secret = [UInt8](repeating: 0x41, count: 40)
        let hs = try JWTKey.load(.hs256, file: directory.write(secret + [0x0A], to: "secret"))
        let rs = try JWTKey.load(.rs256, file: directory.write(rsa.publicPEM.utf8, to: "rsa.pem", mode: 0o644))
        let es = try JWTKey.load(.es256, file: directory.write(ec.publicPEM.utf8, to: "ec.pem", mode: 0o644), id: "e")
        for signer in [TestToken.Signer.hs256(secret), .rs256(rsa), .es256(ec)] {
            #expect(try passes(TestToken.make(claims, signer), [hs, rs, es]))
        }
    }

    @Test func `are refused where others can read a secret`() throws {
        let path = try directory.write([UInt8](repeating: 1, count: 32), to: "secret", mode: 0o640)
        #expect(
            problem { _ = try JWTKey.load(.hs256, file: path) } == .file(.permissions(path: path, found: 0o640))
        )
    }

    @Test func `are refused for another algorithm than was said`() throws {
        let path = try directory.write(ec.publicPEM.utf8, to: "ec.pem")
        #expect(
            problem { _ = try JWTKey.load(.rs256, file: path) }
                == .otherAlgorithm(found: .ec(curve: "prime256v1", bits: 256), needed: .rs256)
        )
        #expect(problem { _ = try JWTKey.load(.hs256, file: path) } == .secretIsPEM)
    }

    @Test func `are refused without a file, or with something else in its place`() throws {
        #expect(problem { _ = try JWTKey.load(.hs256, file: directory.path) } == .file(.notAFile(path: directory.path)))
        let missing = directory.path + "/missing"
        #expect(
            problem { _ = try JWTKey.load(.rs256, file: missing) }
                == .file(.inaccessible(path: missing, call: "open", errno: ENOENT))
        )
        let private_ = try directory.write(TestKey(.p256).pem.utf8, to: "private.pem")
        guard case .unreadable? = problem({ _ = try JWTKey.load(.es256, file: private_) }) else {
            Issue.record("a private key was taken")
            return
        }
    }

    @Test func `are refused when they are weak`() throws {
        #expect(problem { _ = try JWTKey(secret: [UInt8](repeating: 1, count: 31)) } == .secretTooShort(bytes: 31))
        let weak = try TestAuthority("weak", shape: .authority.with { $0.key = .rsa(bits: 1024) }).certificate
        #expect(problem { _ = try JWTKey(PublicKey(of: weak.parsed)) } == .unfitKey(found: .rsa(bits: 1024)))
        let other = try TestAuthority("p384", shape: .authority.with { $0.key = .p384 }).certificate
        #expect(
            problem { _ = try JWTKey(PublicKey(of: other.parsed)) }
                == .unfitKey(found: .ec(curve: "secp384r1", bits: 384))
        )
    }

    @Test func `never show themselves`() throws {
        let key = try JWTKey(secret: Array("correct horse battery staple, twice over".utf8), id: "k")
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "JWTKey(HS256, \"k\", redacted)")
        #expect(!dumped.contains("99") && !String(reflecting: key).contains("horse"))
    }

    // MARK: Key sets

    private func document(_ keys: String...) -> [UInt8] { Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8) }

    private func text(_ bytes: [UInt8]) -> String { TestToken.base64URL(bytes) }

    @Test func `come from a key set`() throws {
        let secret = [UInt8](repeating: 9, count: 32)
        let (n, e) = try rsa.components
        let set = try JSONWebKeySet(
            parsing: document(
                #"{"kty":"RSA","alg":"RS256","use":"sig","kid":"r","n":"\#(text(n))","e":"\#(text(e))"}"#,
                #"{"kty":"EC","crv":"P-256","kid":"e","x":"\#(text(ec.x))","y":"\#(text(ec.y))"}"#,
                #"{"kty":"oct","alg":"HS256","kid":"h","k":"\#(text(secret))"}"#,
                #"{"kty":"RSA","use":"enc","n":"\#(text(n))","e":"\#(text(e))"}"#,
                #"{"kty":"oct","k":"\#(text(secret))"}"#,
                #"{"kty":"OKP","crv":"Ed25519","x":"\#(text(ec.x))"}"#
            )
        )
        #expect(set.keys.map(\.algorithm) == [.rs256, .es256, .hs256] && set.skipped == 3)
        #expect(set.keys.map(\.id) == ["r", "e", "h"])
        let signers: [(TestToken.Signer, String)] = [(.rs256(rsa), "r"), (.es256(ec), "e"), (.hs256(secret), "h")]
        for (signer, id) in signers {
            #expect(try passes(TestToken.make(claims, signer, header: #","kid":"\#(id)""#), set.keys))
        }
    }

    @Test func `of a broken set are refused by name`() throws {
        let (n, _) = try rsa.components
        let cases: [([UInt8], JWTKeyError)] = [
            (Array("[]".utf8), .malformedKeySet(reason: "no JSON object with a list \"keys\"")),
            (document(), .noUsableKey(found: 0)),
            (document(#"{"kty":"OKP"}"#), .noUsableKey(found: 1)),
            (document(#"{"kty":"RSA","n":"\#(text(n))"}"#), .malformedKey(index: 0, member: "e")),
            (document(#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#), .malformedKey(index: 0, member: "x")),
            (
                document(#"{"kty":"EC","crv":"P-256","x":"\#(text(ec.x))","y":"\#(text(ec.x))"}"#),
                .malformedKey(index: 0, member: "x")
            ),
            (document(#"{"kty":"EC","crv":"P-384","alg":"ES256"}"#), .malformedKey(index: 0, member: "crv")),
            (document(#"{"kty":"oct","alg":"HS256","k":"AAAA"}"#), .secretTooShort(bytes: 3)),
        ]
        for (bytes, expected) in cases { #expect(problem { _ = try JSONWebKeySet(parsing: bytes) } == expected) }
        let many = [String](repeating: #"{"kty":"OKP"}"#, count: 65)
        #expect(
            problem { _ = try JSONWebKeySet(parsing: Array(#"{"keys":[\#(many.joined(separator: ","))]}"#.utf8)) }
                == .tooManyKeys(found: 65, limit: 64)
        )
    }

    @Test func `of a set with a secret need a file that nobody else reads`() throws {
        let secret = text([UInt8](repeating: 9, count: 32))
        let withSecret = document(#"{"kty":"oct","alg":"HS256","k":"\#(secret)"}"#)
        let path = try directory.write(withSecret, to: "jwks.json", mode: 0o644)
        #expect(problem { _ = try JSONWebKeySet.load(file: path) } == .file(.permissions(path: path, found: 0o644)))
        let open = document(#"{"kty":"EC","crv":"P-256","x":"\#(text(ec.x))","y":"\#(text(ec.y))"}"#)
        #expect(try JSONWebKeySet.load(file: directory.write(open, to: "open.json", mode: 0o644)).keys.count == 1)
    }
}
