/// What the rules of the cluster ask of the registry of client certificates.
package struct ClusterFacts: Sendable {
    private let count: @Sendable (Fingerprint) -> Int

    /// Takes a count of the client certificates registered with a CA. It is called from any thread and must not block.
    package init(clientCertificatesOf count: @escaping @Sendable (Fingerprint) -> Int) {
        self.count = count
    }

    /// A registry without client certificates.
    package static let none = ClusterFacts { _ in 0 }

    /// How many client certificates are registered with a CA, whatever their state.
    package func clientCertificates(of authority: Fingerprint) -> Int { count(authority) }
}
