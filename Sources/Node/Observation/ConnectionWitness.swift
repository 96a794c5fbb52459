import CoreMetrics
import Registry
import TLSGateway

/// Hears of every connection from the gateway, and tells journals, events and metrics.
///
/// Called on event loops: every call is some short locks.
final class ConnectionWitness: GatewayObserver {
    private let journals: NodeJournals
    private let instruments: NodeInstruments

    init(_ journals: NodeJournals, _ instruments: NodeInstruments) {
        self.journals = journals
        self.instruments = instruments
    }

    func clientAdmitted(_ report: AdmissionReport) {
        journals.sightings.note(Sighting(report))
        let uses = report.connection.rotations.count { $0.neededOld }
        if uses > 0 { instruments.graceUses.increment(by: uses) }
    }

    func connectionRefused(_ report: RefusalReport) {
        let note = RefusalNote(report)
        journals.refusals.note(note)
        let reason = report.refusal.reason
        // The inventory of TLS versions also knows those that are locked out already.
        if reason == .tlsVersionOutOfRange { journals.sightings.note(Sighting(report)) }
        if report.certificate != nil, reason.row.fault == .peerNotAllowed {
            journals.events.publish(.certificateRejected(note))
        }
        switch reason {
        case .registrationRateExceeded: instruments.registered(.automatic, .rateLimited)
        case .certificateBarred: instruments.registered(.automatic, .barred)
        case .registrationFailed: instruments.registered(.automatic, .failed)
        default: break
        }
    }
}

/// What the node remembers of connections, and whom it tells of what happens.
struct NodeJournals: Sendable {
    /// What happens, told as it happens.
    let events: EventHub
    /// The last refusals.
    let refusals: RefusalJournal
    /// Who was seen since the last flush.
    let sightings: SightingJournal
}
