import MQTTBroker
import Registry

/// A server certificate that serves no longer, and whom it has served.
struct UnboundCertificate: Sendable {
    private let marks: Set<UInt64>
    private let names: [DomainName]
    /// Those of its names that nobody serves now.
    private let orphans: [DomainName]

    /// - Parameters:
    ///   - replaced: what it had replaced itself, and what went with it.
    ///   - state: the cluster without it.
    init(_ fingerprint: Fingerprint, replaced: Set<Fingerprint>, in state: ClusterState) {
        marks = Set(replaced.union([fingerprint]).map(\.mark))
        names = state.hosted[fingerprint]?.certificate.names ?? []
        let served = Set(state.slots.keys.compactMap { state.certificate(in: $0) }.flatMap(\.certificate.names))
        orphans = names.filter { !served.contains($0) }
    }

    /// Whether the client was shown it: by its mark, or for lack of one by the name that it asked for. Who asked for a name
    /// that nobody serves any more has been shown an earlier one of that slot.
    func served(_ client: ConnectedClient) -> Bool {
        let profile = client.profile
        if let mark = profile.serverMark, marks.contains(mark) { return true }
        guard let name = profile.serverName.flatMap({ try? DomainName($0) }) else { return false }
        return (profile.serverMark == nil ? names : orphans).contains { $0.covers(name) }
    }
}

extension Fingerprint {
    /// The first eight bytes: enough to tell the few server certificates of a cluster apart.
    var mark: UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}
