package import OpenSSL

/// What the gateway counted since it was made; a copy that nothing changes any more.
package struct GatewayStatistics: Sendable {
    /// Connections open now, admitted or not, over all access points.
    package var openConnections = 0
    /// Clients that wait for a password check or the registration of their certificate.
    package var authenticating = 0
    /// The access points in the order of the configuration.
    package var accessPoints: [AccessPointStatistics] = []
    /// Handshakes by what their server name led to: a slot's label, `retired`, `unknown` or `malformed`.
    package var serverNames: [String: Int] = [:]

    /// What one access point counted.
    package struct AccessPointStatistics: Sendable {
        /// The access point's name.
        package var name: String
        /// Connections accepted by the kernel, those refused at once included.
        package var accepted = 0
        /// Clients handed to the backend.
        package var admitted = 0
        /// Connections open now with a finished handshake, by TLS version; `nil` is a plain listener.
        package var open: [TLSVersion?: Int] = [:]
        /// Refused connections by reason, without the reasons that never occurred.
        package var refused: [Refusal.Reason: Int] = [:]
        /// Ended handshakes.
        package var handshakes: [HandshakeKind: Int] = [:]
        /// From accept to the end of successful handshakes.
        package var handshakeSeconds = Histogram()
    }

    /// The labels of one count of handshakes.
    package struct HandshakeKind: Hashable, Sendable {
        /// Whether the handshake succeeded.
        package var succeeded: Bool
        /// The version agreed upon; `nil` if it did not come to that.
        package var version: TLSVersion?
        /// Whether an earlier session was resumed.
        package var resumed: Bool

        /// The labels of one count.
        package init(succeeded: Bool, version: TLSVersion?, resumed: Bool) {
            self.succeeded = succeeded
            self.version = version
            self.resumed = resumed
        }
    }

    /// Durations by upper bound, as Prometheus has them but not cumulated.
    package struct Histogram: Sendable {
        /// Upper bounds in seconds; durations above the last are in the last count.
        package static let bounds: [Double] = [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        ]
        /// One count per bound, and one for what was longer.
        package var counts = [Int](repeating: 0, count: bounds.count + 1)
        /// The sum of all durations in seconds.
        package var sum: Double = 0
    }
}
