import FoundationEssentials

/// What a token says, once a key has vouched for it.
struct JWTClaims {
    private let expires: Date?
    private let notBefore: Date?
    private let issuedAt: Date?
    private let issuer: String?
    private let audience: [String]
    private let user: String?
    private let clientID: String?

    /// Reads the claims that count. A claim of the wrong type makes the whole token unreadable.
    init(_ json: [UInt8], _ requirements: JWTRequirements) throws(JWTFailure) {
        let decoder = JSONDecoder()
        decoder.userInfo[.requirements] = requirements
        do {
            let claims = try decoder.decode(DecodedClaims.self, from: Data(json))
            self = claims.claims
        } catch let failure as JWTFailure {
            throw failure
        } catch {
            throw .malformed(.claims)
        }
    }

    fileprivate init(_ container: KeyedDecodingContainer<ClaimName>, _ requirements: JWTRequirements) throws {
        func date(_ name: String) throws -> Date? {
            let seconds = try container.decodeIfPresent(Double.self, forKey: ClaimName(name))
            return seconds.map { Date(timeIntervalSince1970: $0) }
        }
        func name(_ claim: String) throws -> String? {
            let key = ClaimName(claim)
            guard container.contains(key) else { return nil }
            guard let text = try? container.decode(String.self, forKey: key), !text.isEmpty, !text.utf8.contains(0)
            else { throw JWTFailure.claimUnusable(claim) }
            return text
        }
        expires = try date("exp")
        notBefore = try date("nbf")
        issuedAt = try date("iat")
        issuer = try container.decodeIfPresent(String.self, forKey: ClaimName("iss"))
        let audienceKey = ClaimName("aud")
        if !container.contains(audienceKey) {
            audience = []
        } else if let one = try? container.decode(String.self, forKey: audienceKey) {
            audience = [one]
        } else {
            audience = try container.decode([String].self, forKey: audienceKey)
        }
        user = try name(requirements.userClaim)
        clientID = try requirements.clientIDClaim.flatMap { try name($0) }
    }

    /// Who is named, if everything is as required.
    func identity(
        _ requirements: JWTRequirements,
        signedBy key: JWTKey,
        at now: Date
    ) throws(JWTFailure) -> JWTIdentity {
        let leeway = requirements.leeway
        if let expires {
            // RFC 7519 § 4.1.4: not on or after that date.
            guard now < expires + leeway else { throw .expired(at: expires, now: now) }
        } else if !requirements.allowsUnlimited {
            throw .expiryMissing
        }
        if let notBefore, now + leeway < notBefore { throw .notYetValid(from: notBefore, now: now) }
        if let issuedAt, now + leeway < issuedAt { throw .issuedInFuture(at: issuedAt, now: now) }
        if let needed = requirements.issuer, issuer != needed { throw .wrongIssuer(found: issuer, needed: needed) }
        if let needed = requirements.audience, !audience.contains(needed) {
            throw .wrongAudience(found: audience, needed: needed)
        }
        guard let user else { throw .claimMissing(requirements.userClaim) }
        if let claim = requirements.clientIDClaim, clientID == nil { throw .claimMissing(claim) }
        return JWTIdentity(
            user: user,
            clientID: clientID,
            expiresAt: expires,
            staysUntil: expires.map { now < $0 ? $0 : $0 + leeway },
            key: key
        )
    }
}

/// A claim's name: some of them come from the configuration.
private struct ClaimName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// Brings the claims out of a decoder that knows the requirements.
private struct DecodedClaims: Decodable {
    let claims: JWTClaims

    init(from decoder: any Decoder) throws {
        let requirements = decoder.userInfo[.requirements] as? JWTRequirements ?? JWTRequirements()
        claims = try JWTClaims(decoder.container(keyedBy: ClaimName.self), requirements)
    }
}

extension CodingUserInfoKey {
    fileprivate static var requirements: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "requirements") else {
            // The initializer only returns nil for texts that Foundation does not document.
            preconditionFailure("no key from a constant text")  // Invariant: CodingUserInfoKey takes every text.
        }
        return key
    }
}
