import FoundationEssentials

/// A token taken apart (JWS compact serialization, RFC 7515 § 3.1). Nothing in it is believed yet.
struct JWTEnvelope {
    let algorithm: JWTAlgorithm
    let keyID: String?
    /// What the signature is over: the first two parts with the dot between them, as they were sent.
    let signedBytes: [UInt8]
    let signature: [UInt8]
    /// JSON, not parsed: nobody has vouched for it.
    let claims: [UInt8]

    init(_ token: [UInt8]) throws(JWTFailure) {
        guard token.count <= JWTVerifier.maximumTokenBytes else {
            throw .tooLong(bytes: token.count, limit: JWTVerifier.maximumTokenBytes)
        }
        let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed(.token) }
        guard let headerBytes = Base64URL.decode(parts[0]),
            let header = try? JSONDecoder().decode(Header.self, from: Data(headerBytes))
        else { throw .malformed(.header) }
        guard let algorithm = JWTAlgorithm(rawValue: header.alg) else { throw .unsupportedAlgorithm(header.alg) }
        if let critical = header.crit { throw .criticalHeader(critical) }
        guard let claims = Base64URL.decode(parts[1]) else { throw .malformed(.claims) }
        guard let signature = Base64URL.decode(parts[2]), !signature.isEmpty else { throw .malformed(.signature) }
        self.algorithm = algorithm
        keyID = header.kid
        signedBytes = Array(token[..<parts[1].endIndex])
        self.signature = signature
        self.claims = claims
    }

    private struct Header: Decodable {
        let alg: String
        let kid: String?
        let crit: [String]?
    }
}
