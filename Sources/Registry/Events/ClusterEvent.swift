package import struct FoundationEssentials.Date

/// What an event tells of; the raw value is the last level of its topic, `$events/…`, and the name of the SSE event.
package enum ClusterEventKind: String, Hashable, Sendable, CaseIterable, Codable {
    /// A client certificate came into the registry.
    case certificateRegistered = "certificate_registered"
    /// A device was refused for its certificate.
    case certificateRejected = "certificate_rejected"
    /// A client certificate got another state or client id, or was deleted.
    case certificateChanged = "certificate_changed"
    /// A client was let in.
    case clientConnected = "client_connected"
    /// A client's connection ended.
    case clientDisconnected = "client_disconnected"
    /// The CNAME check of a domain came to another verdict.
    case domainChanged = "domain_changed"
    /// A certificate expires within 30 days, or has expired.
    case certificateExpiring = "certificate_expiring"
    /// A server certificate was bound, replaced, unbound or switched.
    case serverCertificateChanged = "server_certificate_changed"
    /// A CA was registered, replaced, switched or unregistered.
    case caCertificateChanged = "ca_certificate_changed"

    /// The topic on which the built-in broker publishes it.
    package var topic: String { "$events/\(rawValue)" }
}

/// Something that happened, as it is about to be published; `EventHub` gives it its id.
///
/// The functions of `ClusterEventDraft` say which fields each kind has.
package struct ClusterEventDraft: Hashable, Sendable {
    /// When it happened.
    package let time: Date
    /// What happened.
    package let kind: ClusterEventKind
    /// The facts, under the names that the admin API has for them.
    package let fields: [String: EventValue]

    /// The longest text of a field in bytes of UTF-8; what is longer is cut.
    package static let maximumTextLength = 256

    init(_ kind: ClusterEventKind, at time: Date, _ fields: [String: EventValue?]) {
        self.time = time
        self.kind = kind
        self.fields = fields.compactMapValues { $0?.cut(to: Self.maximumTextLength) }
    }
}

/// Something that happened, with its place in the order of events.
package struct ClusterEvent: Hashable, Sendable {
    /// Grows by one from event to event, and over restarts as long as the clock does not go back; what clients send as `Last-Event-ID`.
    package let id: UInt64
    /// When it happened.
    package let time: Date
    /// What happened.
    package let kind: ClusterEventKind
    /// The facts, by name.
    package let fields: [String: EventValue]

    init(id: UInt64, _ draft: ClusterEventDraft) {
        self.id = id
        time = draft.time
        kind = draft.kind
        fields = draft.fields
    }

    /// Roughly the bytes of memory that it takes.
    var size: Int { fields.reduce(64) { $0 + $1.key.utf8.count + $1.value.size + 64 } }
}

/// A field's value.
package enum EventValue: Hashable, Sendable {
    /// A text.
    case text(String)
    /// A whole number.
    case number(Int)
    /// Yes or no.
    case flag(Bool)
    /// Several texts.
    case list([String])

    fileprivate var size: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .list(let texts): texts.reduce(0) { $0 + $1.utf8.count + 16 }
        case .number, .flag: 0
        }
    }

    fileprivate func cut(to limit: Int) -> EventValue {
        switch self {
        case .text(let text): .text(AuditRedaction.clean(text, limit: limit))
        case .list(let texts): .list(texts.map { AuditRedaction.clean($0, limit: limit) })
        case .number, .flag: self
        }
    }
}
