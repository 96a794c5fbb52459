package import OpenSSL
import Synchronization

/// What outlives every change of the cluster: a library context for each reactor, and the sessions that devices resume.
///
/// Made once; each `ContextCatalog` makes its contexts in here, so that resumption goes on over a change.
package struct HandshakeEnvironment: Sendable {
    /// The library contexts, by the reactor's index.
    package let libraries: [LibraryContext]
    /// Where sessions are kept; `nil`: no resumption.
    package let sessionCache: SessionCache?
    /// The date for verification and session expiry.
    package let clock: WallClock
    /// The revocation lists that have to be there before their CAs let anybody in.
    package let awaitedLists: [AwaitedRevocationList]
    /// What the last catalog was made of.
    let lastMaterial = LastMaterial()

    /// Makes a library context for each reactor, and one at least. Throws `CredentialsError.openSSLUnavailable`.
    package init(
        reactors count: Int,
        sessionCache: SessionCache? = SessionCache(),
        clock: WallClock = .system,
        awaitedLists: [AwaitedRevocationList] = []
    ) throws(CredentialsError) {
        var libraries: [LibraryContext] = []
        do {
            for _ in 0..<max(1, count) { libraries.append(try LibraryContext()) }
        } catch {
            throw .openSSLUnavailable(error)
        }
        self.init(libraries: libraries, sessionCache: sessionCache, clock: clock, awaitedLists: awaitedLists)
    }

    /// Takes library contexts that are there: one for each reactor, and one at least.
    package init(
        libraries: [LibraryContext],
        sessionCache: SessionCache? = SessionCache(),
        clock: WallClock = .system,
        awaitedLists: [AwaitedRevocationList] = []
    ) {
        precondition(!libraries.isEmpty, "A handshake needs a library context.")
        self.libraries = libraries
        self.sessionCache = sessionCache
        self.clock = clock
        self.awaitedLists = awaitedLists
    }
}

/// Hands the material of one catalog to the next one.
final class LastMaterial: Sendable {
    private let material = Mutex<HandshakeMaterial?>(nil)

    /// `nil` before the first catalog.
    var value: HandshakeMaterial? {
        get { material.withLock { $0 } }
        set { material.withLock { $0 = newValue } }
    }
}
