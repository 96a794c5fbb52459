package import Registry

/// What happened, what was refused, and who was seen.
package struct AdminJournals: Sendable {
    /// Who changed what.
    package let audit: any AuditStore
    /// What happens, told as it happens.
    package let events: EventHub
    /// The last refusals.
    package let refusals: RefusalJournal
    /// Which clients came with what, as it is stored.
    package let sightings: any SightingStore

    package init(
        audit: any AuditStore,
        events: EventHub,
        refusals: RefusalJournal,
        sightings: any SightingStore
    ) {
        self.audit = audit
        self.events = events
        self.refusals = refusals
        self.sightings = sightings
    }
}
