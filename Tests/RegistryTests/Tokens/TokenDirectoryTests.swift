import Foundation
import Registry
import Synchronization
import Testing

@Suite struct TokenDirectoryTests {
    private let store = MemoryTokenStore()
    private let admin = Principal(kind: .socket(uid: 0), role: .admin)

    @Test func `lets the bearer of a secret in as what the token says`() async throws {
        let directory = try await makeDirectory()
        let created = try await create("ci", role: .operator, in: directory)
        let secret = try #require(created.secret?.text)
        #expect(secret.hasPrefix("sluice_"))
        #expect(secret.count == 50)
        let principal = directory.authenticate(presented: secret, at: noon)
        #expect(principal == Principal(kind: .token(id: created.record.id, name: "ci"), role: .operator))
        // Also after a restart: only the digest was stored.
        #expect(try await makeDirectory().authenticate(presented: secret, at: noon) == principal)
    }

    @Test func `lets nobody else in`() async throws {
        let directory = try await makeDirectory()
        let created = try await create("ci", in: directory)
        let secret = try #require(created.secret?.text)
        for text in ["", "sluice_", secret + "A", String(secret.dropLast()), secret.lowercased(), created.record.id] {
            #expect(directory.authenticate(presented: text, at: noon) == nil, "\(text)")
        }
    }

    @Test func `writes 256 random bits as base64url`() throws {
        let bytes = (0..<32).map { UInt8($0 * 8 + 3) }
        let expected = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        #expect(APITokenSecret(random: bytes)?.text == "sluice_" + expected.replacing("=", with: ""))
        #expect(APITokenSecret(random: [1]) == nil)
    }

    @Test(arguments: [(59.0, true), (60, false), (61, false)])
    func `opens nothing from its expiry on`(seconds: Double, isIn: Bool) async throws {
        let directory = try await makeDirectory()
        let created = try await create("ci", expiresAt: noon + 60, in: directory)
        let secret = try #require(created.secret?.text)
        #expect((directory.authenticate(presented: secret, at: noon + seconds) != nil) == isIn)
    }

    @Test func `opens nothing once revoked, by id or by name`() async throws {
        let directory = try await makeDirectory()
        for byName in [true, false] {
            let created = try await create("ci", in: directory)
            let secret = try #require(created.secret?.text)
            _ = try await directory.revoke(byName ? "ci" : created.record.id, at: noon, by: admin)
            #expect(directory.authenticate(presented: secret, at: noon) == nil)
            #expect(store.records.isEmpty)
        }
        await #expect(throws: TokenError.noSuchToken("ci")) {
            try await directory.revoke("ci", at: noon, by: admin)
        }
    }

    @Test func `refuses a taken name, a past expiry, and more rights than the principal has`() async throws {
        let directory = try await makeDirectory()
        let created = try await create("ci", in: directory)
        await #expect(throws: TokenError.nameTaken(try ObjectName("ci"), by: created.record.id)) {
            try await create("ci", in: directory)
        }
        await #expect(throws: TokenError.expiryInThePast(noon, now: noon)) {
            try await create("b", expiresAt: noon, in: directory)
        }
        let helper = Principal(kind: .socket(uid: 1), role: .operator)
        await #expect(throws: TokenError.roleAboveOwn(asked: .admin, own: .operator)) {
            try await directory.create(name: try ObjectName("b"), role: .admin, expiresAt: nil, at: noon, by: helper)
        }
        #expect(directory.list().count == 1)
    }

    @Test func `refuses more tokens than are compared with`() async throws {
        let directory = try await makeDirectory()
        for number in 0..<TokenDirectory.limit { _ = try await create("t\(number)", in: directory) }
        await #expect(throws: TokenError.limit(registered: 256, limit: 256)) { try await create("more", in: directory) }
    }

    @Test func `stores a use at most once a minute`() async throws {
        let directory = try await makeDirectory()
        let created = try await create("ci", in: directory)
        let secret = try #require(created.secret?.text)
        for second in [0.0, 30, 59] { _ = directory.authenticate(presented: secret, at: noon + second) }
        try await directory.storeUses()
        #expect(store.uses == [[created.record.id: noon]])
        try await directory.storeUses()
        #expect(store.uses.count == 1)
        _ = directory.authenticate(presented: secret, at: noon + 60)
        #expect(directory.list().first?.lastUsedAt == noon + 60)
        store.fails.withLock { $0 = true }
        await #expect(throws: TokenError.self) { try await directory.storeUses() }
        store.fails.withLock { $0 = false }
        try await directory.storeUses()
        #expect(store.uses.last == [created.record.id: noon + 60])
    }

    @Test func `makes nothing when the store fails, or when it only rehearses`() async throws {
        let directory = try await makeDirectory()
        let rehearsed = try await directory.create(
            name: try ObjectName("ci"),
            role: .viewer,
            expiresAt: nil,
            at: noon,
            by: admin,
            dryRun: true
        )
        #expect(rehearsed.secret == nil)
        store.fails.withLock { $0 = true }
        await #expect(throws: TokenError.self) { try await create("ci", in: directory) }
        #expect(directory.list().isEmpty)
    }

    @Test func `never prints a secret or its digest`() async throws {
        let directory = try await makeDirectory()
        let created = try await create("ci", in: directory)
        let secret = try #require(created.secret?.text)
        let digest = created.record.digest.bytes.map { String($0, radix: 16) }.joined()
        var dumped = ""
        dump(created, to: &dumped)
        let audit = store.audit.map { "\($0)" }.joined()
        for text in ["\(created)", String(reflecting: created), dumped, audit] {
            #expect(!text.contains(secret.dropFirst(7)))
            #expect(!text.contains(digest))
            #expect(!text.contains("\(created.record.digest.bytes)"))
        }
        #expect(store.audit.map(\.action) == ["token.create"])
    }

    private func makeDirectory() async throws -> TokenDirectory {
        let cryptography = TokenCryptography(
            random: { count in
                var generator = SystemRandomNumberGenerator()
                return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            },
            // Stands in for SHA-256, which has its own tests: other texts, other bytes.
            digest: { bytes in (try? fingerprint(String(decoding: bytes, as: UTF8.self)).bytes) ?? [] }
        )
        return try await TokenDirectory(store: store, cryptography: cryptography)
    }

    @discardableResult
    private func create(
        _ name: String,
        role: Role = .viewer,
        expiresAt: Date? = nil,
        in directory: TokenDirectory
    ) async throws -> CreatedToken {
        try await directory.create(name: try ObjectName(name), role: role, expiresAt: expiresAt, at: noon, by: admin)
    }
}

/// Remembers what it was given; fails when told to.
final class MemoryTokenStore: TokenStore {
    struct Failure: Error {}

    let fails = Mutex(false)
    private let stored = Mutex<[String: TokenRecord]>([:])
    private let drafts = Mutex<[AuditDraft]>([])
    private let marked = Mutex<[[String: Date]]>([])

    var records: [TokenRecord] { stored.withLock { Array($0.values) } }
    var audit: [AuditDraft] { drafts.withLock { $0 } }
    var uses: [[String: Date]] { marked.withLock { $0 } }

    func load() async throws -> [TokenRecord] { records }

    func add(_ token: TokenRecord, audit: AuditDraft) async throws {
        try check()
        stored.withLock { $0[token.id] = token }
        drafts.withLock { $0.append(audit) }
    }

    func remove(_ id: String, audit: AuditDraft) async throws {
        try check()
        stored.withLock { $0[id] = nil }
        drafts.withLock { $0.append(audit) }
    }

    func markUsed(_ uses: [String: Date]) async throws {
        try check()
        marked.withLock { $0.append(uses) }
    }

    private func check() throws {
        if fails.withLock({ $0 }) { throw Failure() }
    }
}
