package import Foundation
package import OpenSSL

/// Asks once more whether an admitted client may come in.
///
/// Between the gateway's check and the moment at which a backend can find the client's session by its certificate, a
/// revocation finds nobody to disconnect. So a backend asks when it has indexed the session, and ends it on a refusal.
package struct AdmissionRecheck: Sendable {
    private let standing: Standing
    private let services: GatewayServices

    init(_ standing: Standing, services: GatewayServices) {
        self.standing = standing
        self.services = services
    }

    /// The chain of the certificate that the client proved; `nil` for a client without one. A backend that keeps it can tell
    /// whom a new revocation list is about.
    package var chain: VerifiedChain? {
        if case .certificate(let certificate) = standing { certificate.chain } else { nil }
    }

    /// What the token says that the client came in by; `nil` for a client without one.
    package var token: TokenProof? {
        if case .token(let proof) = standing { proof } else { nil }
    }

    /// Why the client may not come in any more; `nil` while it may. From any thread; two look-ups in memory.
    package func refusal(at now: Date) -> Refusal? {
        do throws(Refusal) {
            try standing.check(by: services, at: now)
            return nil
        } catch {
            return error
        }
    }
}
