package import FoundationEssentials
package import OpenSSL
package import Registry

/// Client certificates that were read and checked: ready to be registered.
package struct ClientCertificateUpload: Sendable {
    /// The certificates, in their order, each once.
    package let certificates: [CheckedClientCertificate]

    /// The most that is read at once, in bytes; larger bundles are import jobs.
    package static let maximumBytes = 1024 * 1024
    /// The most certificates at once.
    package static let maximumCertificates = 1000

    /// Reads PEM with any number of certificates, or the DER of one. CA certificates among them are taken for
    /// intermediates of the others.
    ///
    /// - Parameters:
    ///   - named: The CA that all of them must belong to; `nil`: whichever registered one has issued each.
    /// - Throws: the `ClientCertificateFailure` of the first certificate that does not pass.
    package init(
        _ bytes: [UInt8],
        by checker: ClientCertificateChecker,
        authority named: Fingerprint? = nil,
        at now: Date
    ) throws(ClientCertificateFailure) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge(bytes: bytes.count, limit: Self.maximumBytes) }
        let read: [Certificate]
        do throws(OpenSSLError) {
            read = try CertificateBundle.read(bytes)
        } catch {
            throw .unreadable(error)
        }
        guard read.count <= Self.maximumCertificates else {
            throw .tooMany(found: read.count, limit: Self.maximumCertificates)
        }
        let intermediates = read.filter(\.facts.isCA)
        let leaves = read.filter { !intermediates.contains($0) }
        if leaves.isEmpty, let authority = read.first { throw .isAuthority(subject: authority.description) }
        var certificates: [CheckedClientCertificate] = []
        var seen: Set<Certificate> = []
        for leaf in leaves where seen.insert(leaf).inserted {
            certificates.append(
                try checker.check(leaf, intermediates: intermediates, authority: named, at: now)
            )
        }
        self.certificates = certificates
    }

    /// All warnings, in the order of the certificates.
    package var warnings: [CertificateWarning] { certificates.flatMap(\.warnings) }

    /// What the registry is asked to take in. Throws `ClientCertificateFailure.oneClientIDForMany`.
    package func registrations(
        clientID: ClientIdentifier? = nil,
        active: Bool = true
    ) throws(ClientCertificateFailure) -> [DeviceRegistration] {
        if clientID != nil, certificates.count > 1 { throw .oneClientIDForMany(certificates: certificates.count) }
        return certificates.map { $0.registration(clientID: clientID, active: active) }
    }
}

/// Why a client certificate cannot be registered.
package enum ClientCertificateFailure: Error, Hashable, Sendable {
    /// More bytes than are read at once.
    case tooLarge(bytes: Int, limit: Int)
    /// More certificates than are read at once.
    case tooMany(found: Int, limit: Int)
    /// No certificate in PEM or DER.
    case unreadable(OpenSSLError)
    /// A CA's certificate, which no device shows.
    case isAuthority(subject: String)
    /// The CA that was named is not registered.
    case authorityNotRegistered(Fingerprint)
    /// It does not verify to a registered CA.
    case chain(ChainFailure)
    /// One client id cannot stand for several certificates.
    case oneClientIDForMany(certificates: Int)
    /// A fact that the registry cannot hold, or OpenSSL out of memory.
    case facts(CredentialsError)
}

extension ClientCertificateFailure {
    /// A stable name for programs, such as `client-certificate-expired`.
    package var code: String {
        switch self {
        case .tooLarge: "client-certificate-too-large"
        case .tooMany: "client-certificate-too-many"
        case .unreadable: "client-certificate-unreadable"
        case .isAuthority: "client-certificate-is-ca"
        case .authorityNotRegistered: "no-such-ca"
        case .chain(let failure): "client-certificate-\(failure.code)"
        case .oneClientIDForMany: "client-certificate-one-client-id"
        case .facts: "client-certificate-facts"
        }
    }
}

extension ClientCertificateFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let bytes, let limit):
            "The upload has \(bytes) bytes, \(limit) are allowed. Import it as a job: sluice client-certs import"
        case .tooMany(let found, let limit):
            "The upload has \(found) certificates, \(limit) are allowed. Import it as a job: sluice client-certs import"
        case .unreadable(let error):
            "The client certificate cannot be read: \(error)"
        case .isAuthority(let subject):
            "\(subject) is a CA's certificate, a device's is needed. Register CAs with: sluice ca-certs register"
        case .authorityNotRegistered(let fingerprint):
            "CA \(fingerprint.short) is not registered. See: sluice ca-certs list"
        case .chain(let failure):
            failure.description
        case .oneClientIDForMany(let certificates):
            "One client id was given for \(certificates) certificates. Register them one by one, or without it."
        case .facts(let error):
            error.description
        }
    }
}
