package import Registry

/// The sessions that devices have with the backend now, as far as changes of the registry end them.
///
/// What a change of a client certificate ends, ends by itself. A change that lets the caller choose does not: whether the
/// sessions of an unregistered CA end, and whether those of an unbound server certificate do, is decided here.
package struct LiveSessions: Sendable {
    /// Which sessions.
    package enum Selection: Hashable, Sendable {
        /// Those of devices that were let in by this CA, or by one that it had replaced.
        case authority(Fingerprint, replaced: Set<Fingerprint> = [])
        /// Those that were set up under this server certificate, or under the one that it had replaced.
        case serverCertificate(Fingerprint, replaced: Set<Fingerprint> = [])
    }

    /// Which of these client ids are connected now.
    package let connected: @Sendable (Set<String>) async -> Set<String>
    /// Begins to end the sessions, spread over some time, and tells how many there are.
    package let end: @Sendable (Selection) async -> Int

    package init(
        connected: @escaping @Sendable (Set<String>) async -> Set<String>,
        end: @escaping @Sendable (Selection) async -> Int
    ) {
        self.connected = connected
        self.end = end
    }
}
