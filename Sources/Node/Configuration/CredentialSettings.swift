package import Credentials
package import Registry
package import TLSGateway

/// `jwt:` how the tokens of one-way clients are checked.
package struct JWTSettings: Hashable, Sendable {
    /// Key files, each of one algorithm.
    package var keys: [KeyFile]
    /// A JSON Web Key Set.
    package var keySetFile: String?
    /// The `iss` that a token must have; nil means any.
    package var issuer: String?
    /// What a token's `aud` must contain; nil means anything.
    package var audience: String?
    /// Where a CONNECT carries the token.
    package var placement: TokenCheck.Placement
    /// The claim that names the user.
    package var userClaim: String
    /// The claim that names the client id; nil binds a token to no client id.
    package var clientIDClaim: String?
    /// Whether tokens without `exp` let their holders in, for as long as their key is here. Default: no.
    package var allowsUnlimited = false

    /// A key and the one algorithm that it is for.
    package struct KeyFile: Hashable, Sendable {
        /// The algorithm.
        package var algorithm: JWTAlgorithm
        /// The file: PEM of a public key, or the bytes of a secret for HS256.
        package var file: String
        /// The `kid` by which tokens ask for it; nil tries it for every token of the algorithm.
        package var id: String?
    }
}

/// An entry of `serverCertificates:` the files that a slot's certificate is kept in, and watched for renewals.
package struct WatchedServerCertificate: Hashable, Sendable {
    /// The slot that serves it.
    package var slot: ServerCertificateSlot
    /// The certificate's chain and its key.
    package var files: CertificateFiles
    /// The OCSP response that is sent along.
    package var stapleFile: String?
    /// How long the old certificate works beside a renewed one.
    package var grace: Duration
}

/// An entry of `revocationLists:` the file that a CA's revocation list is kept in, and watched.
package struct WatchedRevocationList: Hashable, Sendable {
    /// The CA, by its name or the beginning of its fingerprint.
    package var authority: String
    /// The list, PEM or DER.
    package var file: String
    /// What a list past its nextUpdate does.
    package var onStale: RevocationList.StalePolicy
}

/// A certificate chain and its private key, PEM, each in its file.
package struct CertificateFiles: Hashable, Sendable {
    /// The chain, leaf first.
    package var chainFile: String
    /// The leaf's private key.
    package var keyFile: String

    /// Names the files.
    package init(chainFile: String, keyFile: String) {
        self.chainFile = chainFile
        self.keyFile = keyFile
    }
}
