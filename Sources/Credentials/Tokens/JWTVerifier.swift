package import FoundationEssentials

/// What a token must say.
package struct JWTRequirements: Hashable, Sendable {
    /// The `iss` that is needed; `nil`: any.
    package var issuer: String?
    /// What `aud` must contain; `nil`: anything.
    package var audience: String?
    /// The claim that names the user.
    package var userClaim: String
    /// The claim that names the client id; `nil`: a token binds nobody to a client id.
    package var clientIDClaim: String?
    /// Lets tokens without `exp` in. Default: no.
    package var allowsUnlimited: Bool
    /// By how much the issuer's clock may differ, in seconds. Default: 60.
    package var leeway: TimeInterval

    package init(
        issuer: String? = nil,
        audience: String? = nil,
        userClaim: String = "sub",
        clientIDClaim: String? = nil,
        allowsUnlimited: Bool = false,
        leeway: TimeInterval = JWTRequirements.defaultLeeway
    ) {
        self.issuer = issuer
        self.audience = audience
        self.userClaim = userClaim
        self.clientIDClaim = clientIDClaim
        self.allowsUnlimited = allowsUnlimited
        self.leeway = leeway
    }

    /// Seconds; RFC 7519 § 4.1.4 allows "usually no more than a few minutes".
    package static let defaultLeeway: TimeInterval = 60
}

/// Who a token names.
package struct JWTIdentity: Equatable, Sendable {
    /// The user.
    package let user: String
    /// The client id that the token is bound to, if the configuration names a claim for it.
    package let clientID: String?
    /// When the token ends; `nil` for one that does not.
    package let expiresAt: Date?
    /// Until when its holder may stay: until `expiresAt`, and who comes with it later, as the clocks' difference allows,
    /// until that too is over.
    package let staysUntil: Date?
    /// The key that has signed it.
    package let key: JWTKey
}

/// Checks JSON Web Tokens (RFC 7519) by keys that each belong to one algorithm. Immutable.
package struct JWTVerifier: Sendable {
    private let keys: [JWTKey]
    private let requirements: JWTRequirements

    /// The longest token, in bytes.
    package static let maximumTokenBytes = 8 * 1024
    /// The most keys; each of one algorithm and without `kid` costs a signature check for a forged token.
    package static let maximumKeys = JSONWebKeySet.maximumKeys

    /// - Throws: `JWTKeyError.tooManyKeys` or `.noUsableKey`.
    package init(keys: [JWTKey], requirements: JWTRequirements = JWTRequirements()) throws(JWTKeyError) {
        guard !keys.isEmpty else { throw .noUsableKey(found: 0) }
        guard keys.count <= Self.maximumKeys else { throw .tooManyKeys(found: keys.count, limit: Self.maximumKeys) }
        self.keys = keys
        self.requirements = requirements
    }

    /// Checks a token: first its signature, and only then what it says. Takes up to a tenth of a millisecond for each
    /// key that comes into question.
    ///
    /// - Throws: `JWTFailure` with the named reason.
    package func verify(_ token: [UInt8], at now: Date) throws(JWTFailure) -> JWTIdentity {
        let envelope = try JWTEnvelope(token)
        let candidates = try candidates(for: envelope)
        guard let key = candidates.first(where: { $0.hasSigned(envelope.signedBytes, envelope.signature) }) else {
            throw .badSignature(algorithm: envelope.algorithm, keysTried: candidates.count)
        }
        return try JWTClaims(envelope.claims, requirements).identity(requirements, signedBy: key, at: now)
    }

    /// Whether tokens are still checked by a key that was taken for one.
    package func holds(_ key: JWTKey) -> Bool { keys.contains(key) }

    /// The keys of the token's algorithm with its `kid`; those without an id where none bears it. The algorithm is only
    /// compared with the keys' own: no token chooses what a key is used for.
    private func candidates(for envelope: JWTEnvelope) throws(JWTFailure) -> [JWTKey] {
        let fitting = keys.filter { $0.algorithm == envelope.algorithm }
        guard !fitting.isEmpty else { throw .unsupportedAlgorithm(envelope.algorithm.rawValue) }
        guard let id = envelope.keyID else { return fitting }
        let named = fitting.filter { $0.id == id }
        let candidates = named.isEmpty ? fitting.filter { $0.id == nil } : named
        guard !candidates.isEmpty else { throw .unknownKey(id: id, algorithm: envelope.algorithm) }
        return candidates
    }
}
