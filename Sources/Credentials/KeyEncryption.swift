package import OpenSSL
package import Registry

/// Seals hosted private keys for storage, and opens them for use: AES-256-GCM under the master key.
///
/// The certificate's fingerprint is authenticated with the key, so that a sealed key moved to another certificate does
/// not open. Sealed form: version 1, eight bytes of master key id, then nonce, ciphertext and tag.
package struct KeyEncryption: Sendable {
    private let masterKey: MasterKey
    private let id: MasterKeyID

    private static let version: UInt8 = 1
    private static let headerLength = 1 + MasterKeyID.length

    /// Takes the key that all hosted keys are sealed under.
    package init(_ masterKey: MasterKey) {
        self.masterKey = masterKey
        id = masterKey.id
    }

    /// Seals a private key for its certificate. Throws `CredentialsError.masterKeyUnavailable` when OpenSSL cannot.
    package func seal(_ key: PrivateKey, for certificate: Fingerprint) throws(CredentialsError) -> SealedKey {
        do {
            let sealed = try AESGCM.seal(key.pkcs8DER, key: masterKey.bytes, purpose: purpose(certificate))
            return SealedKey([Self.version] + id.bytes + sealed)
        } catch {
            throw .masterKeyUnavailable(error)
        }
    }

    /// Opens the private key of a certificate.
    ///
    /// - Throws: `CredentialsError.sealedUnderAnotherKey`, or `.sealedKeyDamaged` for bytes that were changed, cut
    ///   short, or belong to another certificate.
    package func open(_ sealed: SealedKey, for certificate: Fingerprint) throws(CredentialsError) -> PrivateKey {
        let header = sealed.bytes.prefix(Self.headerLength)
        guard header.count == Self.headerLength, header.first == Self.version else {
            throw .sealedKeyDamaged(certificate: certificate)
        }
        let sealer = MasterKeyID(bytes: Array(header.dropFirst()))
        guard sealer == id else {
            throw .sealedUnderAnotherKey(certificate: certificate, sealedUnder: sealer, have: id)
        }
        do {
            let body = Array(sealed.bytes.dropFirst(Self.headerLength))
            return try PrivateKey(der: AESGCM.open(body, key: masterKey.bytes, purpose: purpose(certificate)))
        } catch {
            throw .sealedKeyDamaged(certificate: certificate)
        }
    }

    private func purpose(_ certificate: Fingerprint) -> [UInt8] {
        Array("sluice hosted key".utf8) + [Self.version] + certificate.bytes
    }
}

extension KeyEncryption: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "KeyEncryption(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
