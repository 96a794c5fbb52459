import MQTTBroker
import OpenSSL
import Registry
import TLSGateway

/// What a client is found by in the broker when its rights end: 32 bytes that say of which kind they are.
///
/// A certificate's are its fingerprint. Those of a user or a token are a word and 24 bytes of a digest, so that no fingerprint
/// is ever taken for one, nor shown where one is meant.
extension Credential {
    /// The holder of a certificate's key.
    static func certificate(_ fingerprint: Fingerprint) -> Credential? { Credential(fingerprint.bytes) }

    /// A user of one-way mode.
    static func user(_ name: String) -> Credential? { tagged(userTag, SHA256.hash(Array(name.utf8))) }

    /// The holder of a token, by the token's SHA-256.
    static func token(digest: [UInt8]) -> Credential? { tagged(tokenTag, digest) }

    /// The fingerprint of the certificate that it is; nil for a user or a token.
    var fingerprint: Fingerprint? {
        let bytes = bytes
        guard ![Self.userTag, Self.tokenTag].contains(where: { bytes.starts(with: $0) }) else { return nil }
        return try? Fingerprint(bytes)
    }

    private static let userTag = Array("user....".utf8)
    private static let tokenTag = Array("token...".utf8)

    private static func tagged(_ tag: [UInt8], _ digest: [UInt8]) -> Credential? {
        Credential(tag + digest.prefix(size - tag.count))
    }
}

extension DeviceIdentity {
    /// What the broker finds the client by; nil for one that has proved nothing.
    func credential(_ token: TokenProof?) -> Credential? {
        switch self {
        case .anonymous: nil
        case .user(let name): .user(name)
        case .token: token.flatMap { .token(digest: $0.digest) }
        case .certificate(let certificate): .certificate(certificate.fingerprint)
        }
    }
}
