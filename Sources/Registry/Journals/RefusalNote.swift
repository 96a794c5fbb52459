package import struct FoundationEssentials.Date

/// One refusal with everything that is known about it, as the gateway saw it.
///
/// The gateway supplies the words; what belongs to a proof (passwords, tokens) never comes here.
package struct RefusalNote: Hashable, Sendable {
    /// When it happened.
    package var time: Date
    /// The refusal's stable code, such as `client_certificate_expired`.
    package var reason: String
    /// What was found and what was needed, in a sentence or two.
    package var words: String
    /// What to do about it, in a sentence or two.
    package var remedy: String
    /// The access point's name.
    package var accessPoint: String
    /// The client's address, without its port.
    package var address: String
    /// The server name that the client asked for, as it was read.
    package var serverName: String?
    /// The fingerprint of the certificate that it showed.
    package var fingerprint: Fingerprint?
    /// That certificate's serial number.
    package var serial: SerialNumber?
    /// That certificate's common name.
    package var commonName: String?
    /// The client id of its CONNECT, or that of its certificate's record.
    package var clientID: String?
    /// The TLS alert that it was sent, or that it sent, such as `unknown_ca (48)`.
    package var alert: String?
    /// The CONNACK code that it was sent, such as `0x87`.
    package var connack: String?
    /// At which certificate of the chain the check failed: 0 is the device's own.
    package var depth: Int?
    /// The CA that the chain led to, or would have.
    package var ca: Fingerprint?
    /// The state of the certificate in the registry, such as `revoked`.
    package var state: String?
    /// The rule or setting that decided, such as `clientIDPolicy: require-match`.
    package var rule: String?

    /// What every refusal knows; the rest is set where it is known.
    package init(
        time: Date,
        reason: String,
        words: String,
        remedy: String,
        accessPoint: String,
        address: String
    ) {
        self.time = time
        self.reason = reason
        self.words = words
        self.remedy = remedy
        self.accessPoint = accessPoint
        self.address = address
    }
}

/// A refusal in the journal: the last one of its kind, and how often it repeated.
package struct RefusalRecord: Hashable, Sendable {
    /// The last of them.
    package let note: RefusalNote
    /// How often the same client was refused for the same reason.
    package let count: Int
    /// When it was refused so first.
    package let firstTime: Date

    /// When it was refused so last.
    package var lastTime: Date { note.time }

    /// Gathers repeats.
    package init(note: RefusalNote, count: Int, firstTime: Date) {
        self.note = note
        self.count = count
        self.firstTime = firstTime
    }
}
