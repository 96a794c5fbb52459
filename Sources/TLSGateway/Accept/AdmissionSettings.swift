/// What one node spends on peers that are not admitted yet; `admission:` in the configuration file.
package struct AdmissionSettings: Hashable, Sendable {
    /// Handshakes begun per second over all sources; a second's worth may come at once.
    package var handshakesPerSecond: Double = 2000
    /// Handshakes begun per second by one source: an IPv4 address or an IPv6 /64.
    package var perSource = SourceAllowance()
    /// The longest from accept to a finished handshake.
    package var handshakeTimeout: Duration = .seconds(10)
    /// The longest from a finished handshake (on plain listeners: from accept) to a complete CONNECT.
    package var connectTimeout: Duration = .seconds(10)
    /// Connections open at a time, admitted or not, over all access points.
    package var maxConnections = 100_000
    /// The largest CONNECT packet read, in bytes, its fixed header included.
    ///
    /// Client id, user name, password and will payload may each take 64 KiB by the standard; devices need far less.
    package var maxConnectBytes = 64 * 1024
    /// Clients that may wait at a time for a password check or the registration of their certificate.
    package var maxAuthenticating = 1000
    /// Threads that check passwords.
    package var passwordWorkers = 2
    /// How many of the refusals that come in floods, before any TLS, are reported one by one in a second.
    package var reportedFloodsPerSecond: Double = 10

    /// The settings with their defaults.
    package init() {}

    /// How often one source may begin a handshake.
    package struct SourceAllowance: Hashable, Sendable {
        /// Handshakes per second in the long run.
        package var rate: Double = 200
        /// Handshakes at once after a quiet time.
        package var burst: Double = 1000

        /// The allowance with its defaults, or with those given.
        package init(rate: Double = 200, burst: Double = 1000) {
            self.rate = rate
            self.burst = burst
        }
    }
}
