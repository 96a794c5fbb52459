/// The last parts of every problem's type, such as `ca-limit`. Once given, a code never changes its meaning.
enum ProblemCodes {
    static let all = (requests + certificates + authorities + clients + uploads + devices).sorted()

    /// What is wrong with a request, or with whoever sends it.
    private static let requests = [
        "bad-body", "bad-parameter", "unknown-parameter", "body-too-large", "target-too-long", "no-such-resource",
        "method-not-allowed", "not-acceptable", "unsupported-media-type", "revision-mismatch", "token-missing",
        "token-refused", "user-not-allowed", "role-needed", "role-too-low", "too-many-event-readers",
        "internal-error", "storage-failed", "cannot-serve", "reload-refused",
    ]

    /// Names, the certificate store, the slots, grace periods and settings.
    private static let certificates = [
        "domain-name", "fingerprint", "serial-number", "object-name", "slot-name", "ambiguous-reference",
        "no-such-certificate", "slot-empty", "slot-always-enabled", "certificate-already-hosted",
        "certificate-name-taken", "certificate-in-use", "certificate-in-grace", "certificate-expired",
        "certificate-without-names", "certificate-already-bound", "slot-occupied", "slot-out-of-range",
        "custom-certificate-limit", "name-conflict", "unsupported-key", "default-cannot-be-unbound", "default-needed",
        "last-custom-while-default-disabled", "grace-out-of-range", "no-grace", "grace-end-passed",
        "grace-end-too-late", "no-ocsp-staple", "tls-range-reversed", "no-active-ca", "anonymous-outside-one-way",
    ]

    /// The CA registry.
    private static let authorities = [
        "no-such-ca", "ca-already-registered", "ca-listed-twice", "ca-name-taken", "ca-limit", "ca-active",
        "ca-has-client-certificates", "no-revocation-list", "revocation-list-older", "registration-code",
        "no-such-registration-code", "no-open-registration-code", "registration-code-expired",
        "registration-code-taken", "registration-code-limit", "proof-needed", "proof-for-one-ca",
    ]

    /// Client certificates, clients, jobs, users and tokens.
    private static let clients = [
        "no-such-client",
        "no-such-client-certificate", "ambiguous-client-certificate", "no-tombstone",
        "client-certificate-already-registered", "client-certificate-deleted", "revoked-is-final",
        "delete-needs-inactive-or-revoked", "purge-needs-deletion", "initial-state", "ca-not-active",
        "registration-rate-limited", "registrations-overloaded", "cursor", "filter", "client-id", "no-such-job",
        "job-is-over", "job-limit", "user-name", "user-already-exists", "no-such-user", "user-limit", "user-import",
        "token-name-taken", "no-such-token", "token-expiry-in-the-past", "token-role-above-own", "token-limit",
    ]

    /// What was uploaded.
    private static let uploads = [
        "upload-too-large", "unreadable-pem", "too-many-certificates", "key-mismatch", "unrelated-certificate",
        "not-signed-by-next", "wrong-purpose", "weak-key", "one-name-for-many", "unreadable-facts",
        "revocation-list-too-large", "revocation-list-unreadable", "revocation-list-several", "revocation-list-delta",
        "revocation-list-indirect", "revocation-list-partial", "revocation-list-extension",
        "revocation-list-of-another-ca", "revocation-list-not-signed", "revocation-list-not-yet-valid",
        "revocation-list-stale", "staple-too-large", "staple-unreadable", "staple-for-another-certificate",
        "staple-not-signed", "staple-not-good", "staple-not-yet-valid", "staple-expired", "staple-issuer-missing",
        "proof-too-large", "proof-unreadable", "proof-not-signed", "proof-code-missing", "proof-other-code",
        "proof-not-yet-valid", "proof-expired",
    ]

    /// Why a client certificate cannot be registered.
    private static let devices =
        [
            "too-large", "too-many", "unreadable", "is-ca", "one-client-id", "facts", "unknown-issuer", "bad-signature",
            "expired", "not-yet-valid", "wrong-purpose", "not-an-authority", "path-length-exceeded",
            "name-constraints-violated", "weak-key", "weak-signature", "unusable-extension", "revoked",
            "revocation-list-stale", "too-many-paths", "refused-by-openssl",
        ]
        .map { "client-certificate-" + $0 }
}
