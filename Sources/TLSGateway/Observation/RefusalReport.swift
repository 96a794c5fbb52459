package import OpenSSL
package import Registry

/// A connection that was not admitted, with what it takes to explain why.
package struct RefusalReport: Hashable, Sendable {
    /// How it came, as far as it came.
    package let connection: ConnectionFacts
    /// Why it was refused. Its ``Refusal/reason`` is the stable code, ``Refusal/finding`` and ``Refusal/remedy`` are the
    /// words, ``Refusal/rule`` names the setting that decided.
    package let refusal: Refusal
    /// The certificate shown; of a refused chain the device's own.
    package var certificate: PresentedCertificate?
    /// The registered CA that the chain ends at; `nil` where it ends at none.
    package var authority: Fingerprint?
    /// The client id that the CONNECT asked for, or that was settled.
    package var clientID: ClientIdentifier?
    /// The last alert that this side sent.
    package var alertSent: TLSAlert?
    /// The last alert that the client sent.
    package var alertReceived: TLSAlert?

    init(connection: ConnectionFacts, refusal: Refusal) {
        self.connection = connection
        self.refusal = refusal
    }

    /// Where in the chain the certificate at fault stands: 0 for the device's own; `nil` where no chain is at fault.
    package var depth: Int? {
        switch refusal {
        case .clientCertificateRefused(let failure), .certificateWithdrawn(let failure): failure.depth
        default: nil
        }
    }

    /// The state of the certificate's record, where that is why; `nil` for all other reasons.
    package var state: ClientCertificateState? {
        switch refusal {
        case .certificateInactive: .inactive
        case .certificatePendingActivation: .pendingActivation
        case .certificateRevoked: .revoked
        default: nil
        }
    }
}
