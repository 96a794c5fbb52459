/// Which clients an operator means.
package enum ClientSelection: Sendable {
    /// Those whose credential is one of these.
    case credentials(Set<Credential>)
    /// Those whose credential was issued by this one.
    case issuer(Credential)
    /// Those with these client ids.
    case clientIDs([ClientID])
    /// Those that are connected and of which this holds; called for every connected client, on its event loop.
    case connected(where: @Sendable (ConnectedClient) -> Bool)
}

/// How fast clients are sent away.
package enum DismissalPace: Hashable, Sendable {
    /// As fast as it goes without holding up others.
    case atOnce
    /// Evenly over a time.
    case over(Duration)
    /// So many a second.
    case perSecond(Int)
}

/// What a client that an operator sent away leaves behind.
package struct Leftovers: Hashable, Sendable {
    /// What becomes of a part.
    package enum Retained: String, Hashable, Sendable, CaseIterable { case keep, drop }
    /// What becomes of the session: subscriptions and messages that wait.
    package enum Session: String, Hashable, Sendable, CaseIterable { case keep, drop }
    /// What becomes of the will.
    package enum Will: String, Hashable, Sendable, CaseIterable { case drop, send }

    /// The messages that it has retained.
    package var retained: Retained
    /// Its session.
    package var session: Session
    /// Its will.
    package var will: Will

    /// Names what stays.
    package init(retained: Retained, session: Session, will: Will) {
        self.retained = retained
        self.session = session
        self.will = will
    }

    /// As after any other loss of the connection: the session waits as long as it was to, the will is sent when due.
    package static let asAfterConnectionLoss = Leftovers(retained: .keep, session: .keep, will: .send)

    /// What a revoked device leaves unless configured otherwise: its retained messages, which others rely on.
    package static let ofRevoked = Leftovers(retained: .keep, session: .drop, will: .drop)
}
