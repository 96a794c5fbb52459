import Foundation
import Registry
import Testing

@Suite struct DeviceErrorTests {
    private static func one() -> Fingerprint {
        (try? fingerprint("one")) ?? { preconditionFailure("a fingerprint from a seed") }()
    }

    private static func record() -> ClientCertificateRecord {
        ClientCertificateRecord(
            facts: ClientCertificateFacts(fingerprint: one()),
            authority: one(),
            clientID: nil,
            state: .revoked,
            source: .manual,
            createdAt: noon,
            stateChangedAt: noon
        )
    }

    /// Error, code, kind, and words that its sentence must hold: what was found, what was needed or what to do.
    private static let table: [(DeviceError, String, DeviceErrorKind, [String])] = [
        (.noSuchCertificate("ab"), "no-such-client-certificate", .notFound, ["\"ab\"", "client-certs list"]),
        (
            .ambiguousReference(
                "0a1b",
                matches: [DeviceCandidate(fingerprint: one(), commonName: "pump", authority: one())],
                isComplete: false
            ), "ambiguous-client-certificate", .badInput, ["more than 1", "pump", one().short, "beginning"]
        ),
        (.noTombstone("ab"), "no-tombstone", .notFound, ["\"ab\"", "purged"]),
        (.noSuchCA(one()), "no-such-ca", .notFound, [one().short, "ca-certs register"]),
        (.noSuchJob(7), "no-such-job", .notFound, ["7", "jobs list"]),
        (
            .alreadyRegistered(one(), state: .revoked), "client-certificate-already-registered", .conflict,
            ["revoked", one().short]
        ),
        (.tombstoned(one(), until: noon), "client-certificate-deleted", .conflict, [noon.timestamp, "purge"]),
        (.revokedIsFinal(one(), verb: .activate), "revoked-is-final", .conflict, ["activate", "new certificate"]),
        (
            .deleteNeedsStop(one(), state: .active), "delete-needs-inactive-or-revoked", .conflict,
            ["active", "client-certs deactivate"]
        ),
        (
            .purgeNeedsDeletion(one(), state: .inactive), "purge-needs-deletion", .conflict,
            ["inactive", "client-certs delete"]
        ),
        (.initialState(one(), state: .revoked), "initial-state", .badInput, ["revoked", "active or inactive"]),
        (.authorityNotActive(one()), "ca-not-active", .conflict, [one().short, "ca-certs activate"]),
        (.changedMeanwhile(record()), "revision-mismatch", .conflict, ["revoked", one().short, "Look again"]),
        (.jobIsOver(3, state: .finished), "job-is-over", .conflict, ["3", "finished", "running"]),
        (
            .rateLimited(perSecond: 15, retryAfter: .milliseconds(67)), "registration-rate-limited", .tooManyRequests,
            ["15", "1 s", "registration.ratePerSecond"]
        ),
        (.jobLimit(running: 4, limit: 4), "job-limit", .limitReached, ["4", "jobs cancel"]),
        (.overloaded(waiting: 10, limit: 10), "registrations-overloaded", .tooManyRequests, ["10", "again"]),
        (.cursor("xyz"), "cursor", .badInput, ["xyz", "nextCursor"]),
        (.filter(name: "state", value: "x", problem: "no state"), "filter", .badInput, ["state", "x", "no state"]),
        (.storage(reason: "disk full"), "device-storage", .unavailable, ["disk full", "nothing was changed"]),
    ]

    @Test(arguments: table)
    func `says what was found, what was needed, what to do`(
        error: DeviceError,
        code: String,
        kind: DeviceErrorKind,
        words: [String]
    ) {
        #expect(error.code == code)
        #expect(error.kind == kind)
        for word in words { #expect(error.description.contains(word), "\(error.description)") }
    }

    @Test func `every refusal has a code of its own`() {
        #expect(Set(Self.table.map(\.1)).count == Self.table.count)
    }

    @Test(arguments: [(Duration.milliseconds(1), Int64(1)), (.seconds(1), 1), (.milliseconds(1001), 2), (.zero, 1)])
    func `a wait is told in whole seconds, never too short`(wait: Duration, seconds: Int64) {
        #expect(wait.roundedUpToSeconds == seconds)
        #expect(DeviceError.rateLimited(perSecond: 15, retryAfter: wait).retryAfter == wait)
    }
}
