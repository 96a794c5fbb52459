import Synchronization

package import struct FoundationEssentials.Date

/// The API tokens: all in memory, changed through the store.
package final class TokenDirectory: Sendable {
    private struct Tokens {
        var byID: [String: TokenRecord] = [:]
        /// Uses that the store does not know yet.
        var uses: [String: Date] = [:]
    }

    private let tokens: Mutex<Tokens>
    private let store: any TokenStore
    private let cryptography: TokenCryptography
    private let turnstile = ChangeTurnstile()

    /// The most tokens there may be: `authenticate` compares with every one of them.
    package static let limit = 256
    /// Seconds between two stored uses of one token.
    package static let useResolution = 60.0

    private static let idLength = 8

    /// Loads the stored tokens. Throws `TokenError.storage`.
    package init(store: any TokenStore, cryptography: TokenCryptography) async throws(TokenError) {
        let stored: [TokenRecord]
        do {
            stored = try await store.load()
        } catch {
            throw .storage(reason: "\(error)")
        }
        self.store = store
        self.cryptography = cryptography
        tokens = Mutex(Tokens(byID: Dictionary(stored.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })))
    }

    /// The tokens, expired ones too, in the order of their names.
    package func list() -> [TokenRecord] {
        tokens.withLock { Array($0.byID.values) }.sorted { $0.name.text < $1.name.text }
    }

    /// The token with this id or name. Throws `.noSuchToken`.
    package func find(_ reference: String) throws(TokenError) -> TokenRecord {
        let found = tokens.withLock { tokens in
            tokens.byID[reference] ?? tokens.byID.values.first { $0.name.text == reference }
        }
        guard let found else { throw .noSuchToken(reference) }
        return found
    }

    /// Who presents a text, if it is the secret of a token that has not expired.
    ///
    /// Compares the text's SHA-256 with every token's, each to its last byte, so that the time tells nothing about any
    /// secret. From any thread; some microseconds. Remembers the use for `storeUses`.
    package func authenticate(presented text: String, at now: Date) -> Principal? {
        let presented = TokenDigest(cryptography.digest(Array(text.utf8)))
        return tokens.withLock { tokens in
            var match: TokenRecord?
            for token in tokens.byID.values where token.digest.isEqualInConstantTime(to: presented) { match = token }
            guard let match, !match.isExpired(at: now) else { return nil }
            if now.timeIntervalSince(match.lastUsedAt ?? .distantPast) >= Self.useResolution {
                tokens.byID[match.id]?.lastUsedAt = now
                tokens.uses[match.id] = now
            }
            return Principal(kind: .token(id: match.id, name: match.name.text), role: match.role)
        }
    }

    /// Makes a token and gives its secret, which nobody can get at again.
    ///
    /// Throws `.nameTaken`, `.expiryInThePast`, `.roleAboveOwn`, `.limit`, `.noRandomness`, `.storage`.
    package func create(
        name: ObjectName,
        role: Role,
        expiresAt: Date?,
        at now: Date,
        by principal: Principal,
        dryRun: Bool = false
    ) async throws(TokenError) -> CreatedToken {
        await turnstile.enter()
        defer { turnstile.leave() }
        if let expiresAt, expiresAt <= now { throw .expiryInThePast(expiresAt, now: now) }
        guard role <= principal.role else { throw .roleAboveOwn(asked: role, own: principal.role) }
        let (count, owner) = tokens.withLock { tokens in
            (tokens.byID.count, tokens.byID.values.first { $0.name == name }?.id)
        }
        if let owner { throw .nameTaken(name, by: owner) }
        guard count < Self.limit else { throw .limit(registered: count, limit: Self.limit) }
        let (id, secret) = try draw()
        let record = TokenRecord(
            id: id,
            name: name,
            role: role,
            digest: TokenDigest(cryptography.digest(Array(secret.text.utf8))),
            createdAt: now,
            expiresAt: expiresAt
        )
        if dryRun { return CreatedToken(record: record, secret: nil) }
        let audit = AuditDraft(
            time: now,
            principal: principal,
            action: "token.create",
            object: name.text,
            after: record.auditFacts
        )
        let store = store
        try await carryOut { try await store.add(record, audit: audit) }
        tokens.withLock { $0.byID[id] = record }
        return CreatedToken(record: record, secret: secret)
    }

    /// Revokes a token, by id or name: from now on it opens nothing. Throws `.noSuchToken`, `.storage`.
    package func revoke(
        _ reference: String,
        at now: Date,
        by principal: Principal,
        dryRun: Bool = false
    ) async throws(TokenError) -> TokenRecord {
        await turnstile.enter()
        defer { turnstile.leave() }
        let record = try find(reference)
        if dryRun { return record }
        let audit = AuditDraft(
            time: now,
            principal: principal,
            action: "token.revoke",
            object: record.name.text,
            before: record.auditFacts
        )
        let store = store
        try await carryOut { try await store.remove(record.id, audit: audit) }
        tokens.withLock { tokens in
            tokens.byID[record.id] = nil
            tokens.uses[record.id] = nil
        }
        return record
    }

    /// Stores the uses since the last time; to be called each minute and at the end. Throws `.storage`; then they are
    /// kept for the next time.
    package func storeUses() async throws(TokenError) {
        let uses = tokens.withLock { tokens in
            defer { tokens.uses = [:] }
            return tokens.uses
        }
        guard !uses.isEmpty else { return }
        do {
            try await store.markUsed(uses)
        } catch {
            tokens.withLock { tokens in
                tokens.uses.merge(uses.filter { tokens.byID[$0.key] != nil }) { newer, _ in newer }
            }
            throw .storage(reason: "\(error)")
        }
    }

    private func draw() throws(TokenError) -> (id: String, secret: APITokenSecret) {
        do {
            let id = Hexadecimal.text(try cryptography.random(Self.idLength))
            let bytes = try cryptography.random(APITokenSecret.length)
            guard let secret = APITokenSecret(random: bytes) else {
                throw TokenError.noRandomness(reason: "\(bytes.count) bytes came, \(APITokenSecret.length) are needed")
            }
            return (id, secret)
        } catch let error as TokenError {
            throw error
        } catch {
            throw .noRandomness(reason: "\(error)")
        }
    }

    /// In a task of its own: an administrator who hangs up must not cancel a store that has half happened.
    private func carryOut(_ change: @escaping @Sendable () async throws -> Void) async throws(TokenError) {
        if case .failure(let error) = await Task(operation: change).result { throw .storage(reason: "\(error)") }
    }
}

extension TokenRecord {
    fileprivate var auditFacts: AuditFacts {
        ["id": id, "role": role.rawValue, "expiresAt": expiresAt?.timestamp ?? "never"]
    }
}
