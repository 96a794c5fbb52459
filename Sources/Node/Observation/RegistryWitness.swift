import Foundation
import Registry

/// Hears of every change of the registry, and tells it as events and metrics.
struct RegistryWitness: Sendable {
    let events: EventHub
    let instruments: NodeInstruments
    let now: @Sendable () -> Date

    init(_ events: EventHub, _ instruments: NodeInstruments, now: @escaping @Sendable () -> Date = { Date() }) {
        self.events = events
        self.instruments = instruments
        self.now = now
    }

    // MARK: Client certificates

    func changed(_ changes: [DeviceChange]) {
        for change in changes where change.isChange { tell(change, at: now()) }
    }

    private func tell(_ change: DeviceChange, at time: Date) {
        if change.action == .register, let record = change.after {
            instruments.registered(record.source == .automatic ? .automatic : .manual, .registered)
            events.publish(
                .certificateRegistered(
                    at: time,
                    fingerprint: record.fingerprint,
                    ca: record.authority,
                    commonName: record.facts.commonName,
                    clientID: record.clientID?.text,
                    state: record.state.rawValue,
                    source: record.source.rawValue,
                    by: change.principal
                )
            )
            return
        }
        events.publish(
            .certificateChanged(
                at: time,
                fingerprint: change.fingerprint,
                change: change.action.word,
                state: change.after?.state.rawValue,
                clientID: (change.after ?? change.before)?.clientID?.text,
                by: change.principal
            )
        )
    }

    /// A registration by hand was turned down. What devices try by themselves, the gateway tells.
    func turnedDown(_ error: DeviceError) {
        switch error {
        case .rateLimited: instruments.registered(.manual, .rateLimited)
        case .tombstoned: instruments.registered(.manual, .barred)
        default: instruments.registered(.manual, .failed)
        }
    }

    // MARK: Cluster

    func changed(_ transition: ClusterTransition) {
        let time = now()
        for record in transition.records { tell(record, of: transition, at: time) }
    }

    private func tell(_ record: ClusterRecord, of transition: ClusterTransition, at time: Date) {
        let state = transition.after
        if let slot = record.slot {
            let certificate = state.certificate(in: slot) ?? transition.before.certificate(in: slot)
            events.publish(
                .serverCertificateChanged(
                    at: time,
                    slot: slot,
                    change: record.word,
                    fingerprint: certificate?.fingerprint,
                    names: certificate?.certificate.names ?? [],
                    by: transition.principal
                )
            )
        } else if let fingerprint = record.authority(in: transition) {
            let authority = state.authorities[fingerprint] ?? transition.before.authorities[fingerprint]
            events.publish(
                .caCertificateChanged(
                    at: time,
                    fingerprint: fingerprint,
                    label: authority?.label ?? fingerprint.short,
                    change: record.word,
                    state: state.authorities[fingerprint]?.state,
                    by: transition.principal
                )
            )
        }
    }
}

extension DeviceAction {
    /// The action as events have it: what became of the certificate.
    fileprivate var word: String {
        switch self {
        case .register: "registered"
        case .activate: "activated"
        case .deactivate: "deactivated"
        case .revoke: "revoked"
        case .delete: "deleted"
        case .purge: "purged"
        case .setClientID: "client-id"
        case .reassign: "ca"
        case .learn: "learned"
        }
    }
}

extension ClusterRecord {
    /// The slot that it is about.
    fileprivate var slot: ServerCertificateSlot? {
        let names = action.hasPrefix("server-certificate.") || action.hasPrefix("grace.") || action == "cluster.change"
        guard names else { return nil }
        return try? ServerCertificateSlot(object)
    }

    /// The CA that it is about.
    fileprivate func authority(in transition: ClusterTransition) -> Fingerprint? {
        guard let fingerprint = try? Fingerprint(hex: object) else { return nil }
        let (before, after) = (transition.before, transition.after)
        let isKnown = before.authorities[fingerprint] != nil || after.authorities[fingerprint] != nil
        return isKnown || before.supersededAuthorities[fingerprint] != nil ? fingerprint : nil
    }

    /// What was done, in the past.
    fileprivate var word: String {
        switch action.split(separator: ".").last {
        case "bind": "bound"
        case "replace": "replaced"
        case "unbind": "unbound"
        case "enable-default": "enabled"
        case "disable-default": "disabled"
        case "register": "registered"
        case "unregister": "unregistered"
        case "activate": "activated"
        case "deactivate": "deactivated"
        case "end", "expire": "grace-ended"
        case "extend": "grace-moved"
        case let verb?: String(verb)
        case nil: action
        }
    }
}
