package import Credentials
import Foundation
import OpenSSL
import Registry

/// How what is uploaded becomes something the registry takes: parsed, checked, keys sealed, passwords hashed.
package struct CertificateUploads: Sendable {
    private let encryption: KeyEncryption

    /// Uploads whose private keys are stored sealed by `encryption`.
    package init(sealedWith encryption: KeyEncryption) {
        self.encryption = encryption
    }

    /// A chain and its private key; with what is odd about them. Throws what is wrong with them.
    func serverCertificate(
        chain: String,
        key: String,
        name: ObjectName?,
        now: Date
    ) throws(CredentialsError) -> (certificate: HostedCertificate, warnings: [String]) {
        let upload = try ServerCertificateUpload(chainPEM: chain, keyPEM: key, at: now)
        let hosted = try upload.hosted(name: name, sealedBy: encryption, at: now)
        return (hosted, upload.warnings.map(\.description))
    }

    /// One or more CA certificates. Throws what is wrong with the first bad one.
    func authorities(pem: String, now: Date) throws(CredentialsError) -> CAUpload {
        try CAUpload(Array(pem.utf8), at: now)
    }

    /// A CA that replaces another, with that one's revocation list if it is the same CA, renewed.
    func carryingList(of old: RegisteredCA, to new: RegisteredCA) -> RegisteredCA {
        RevocationListUpload.carryOver(from: old, to: new)
    }

    /// A registration code that nobody can guess. Throws `CredentialsError.openSSLUnavailable` without entropy.
    func registrationCode(at now: Date) throws -> RegistrationCode {
        try RegistrationCode(random: RandomBytes.make(count: Self.codeBytes), issuedAt: now)
    }

    /// What verification certificates prove: that somebody holds the CAs' keys, by a registration code.
    ///
    /// Without a code, any of the open ones will do, the newest first. Throws a `ProofFailure`, or a ``Problem`` when no
    /// code is open.
    func proof(
        _ verification: String,
        code: String?,
        open: [String],
        of upload: CAUpload,
        now: Date
    ) throws -> RegistrationProof {
        let codes = code.map { [$0] } ?? open.reversed()
        var failure: ProofFailure?
        for code in codes {
            do throws(ProofFailure) {
                _ = try ProofOfPossession(Array(verification.utf8), for: upload, code: code, at: now)
                return .code(code)
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? Problem.noOpenRegistrationCode() as any Error
    }

    /// The hash under which a password is stored. Blocks for some 10 ms.
    func passwordHash(_ password: String) throws(CredentialsError) -> PasswordHashText {
        PasswordHashText(try PasswordHash(hashing: Array(password.utf8)).text)
    }

    /// Why the hash of a password file cannot be used, in words that do not show it; nil if it can.
    func problem(withPasswordHash text: String) -> String? {
        do throws(PasswordHashError) {
            _ = try PasswordHash(parsing: text)
            return nil
        } catch {
            return error.description
        }
    }

    /// A revocation list for a CA, with what is odd about it. Throws a `RevocationListError`.
    func revocationList(
        _ bytes: [UInt8],
        of authority: RegisteredCA,
        onStale: RevocationList.StalePolicy,
        now: Date
    ) throws(RevocationListError) -> (list: RevocationList, warnings: [String]) {
        let upload = try RevocationListUpload(bytes, for: authority, at: now)
        return (upload.revocationList(onStale: onStale, from: .upload), upload.warnings.map(\.description))
    }

    /// An OCSP answer for a hosted certificate. Throws a `StapleFailure`.
    func staple(_ der: [UInt8], for hosted: HostedCertificate, now: Date) throws(StapleFailure) -> OCSPStaple {
        try StapleUpload(der, for: hosted, at: now).staple(from: .upload)
    }

    /// Checks client certificates by the CAs of a state; to be made once for many of them.
    func clientCertificates(of state: ClusterState) throws(CredentialsError) -> ClientCertificateChecker {
        try ClientCertificateChecker(state)
    }

    /// One device's certificate, perhaps with intermediates; with what is odd about it. Throws a
    /// `ClientCertificateFailure`, or a ``Problem`` when it is not one.
    func clientCertificate(
        pem: String,
        by checker: ClientCertificateChecker,
        authority: Fingerprint?,
        clientID: ClientIdentifier?,
        isActive: Bool,
        now: Date
    ) throws -> (registration: DeviceRegistration, warnings: [String]) {
        let upload = try ClientCertificateUpload(Array(pem.utf8), by: checker, authority: authority, at: now)
        let registrations = try upload.registrations(clientID: clientID, active: isActive)
        guard let registration = registrations.first, registrations.count == 1 else {
            throw Problem.badBody(
                "pem: found \(registrations.count) devices' certificates, needed one. Import many as a job."
            )
        }
        return (registration, upload.warnings.map(\.description))
    }

    /// Random bytes of a registration code: 128 bits.
    private static let codeBytes = 16
}
