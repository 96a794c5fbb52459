package import struct FoundationEssentials.Date

/// How much is remembered of clients that were seen.
package struct SightingLimits: Hashable, Sendable {
    /// Clients in the inventory of ClientHellos.
    package var inventory: Int
    /// Client ids remembered for one certificate.
    package var clientsPerCertificate: Int
    /// Pairs of a certificate and a client id in all.
    package var associations: Int
    /// Clients remembered for one superseded certificate.
    package var clientsPerRotation: Int
    /// Seconds after which what was seen is forgotten.
    package var retention: Double

    /// The product's limits: 200,000 clients, 32 ids a certificate and a million in all, 10,000 clients a rotation, 7 days.
    package init(
        inventory: Int = 200_000,
        clientsPerCertificate: Int = 32,
        associations: Int = 1_000_000,
        clientsPerRotation: Int = 10_000,
        retention: Double = 7 * 24 * 60 * 60
    ) {
        self.inventory = inventory
        self.clientsPerCertificate = clientsPerCertificate
        self.associations = associations
        self.clientsPerRotation = clientsPerRotation
        self.retention = retention
    }
}

/// A client id that came with a certificate.
package struct AssociatedClient: Hashable, Sendable {
    /// The client id.
    package let clientID: String
    /// When it came with the certificate first.
    package let firstSeen: Date
    /// When it came with the certificate last.
    package let lastSeen: Date
    /// Where it came from last.
    package let address: String
    /// The access point it came to last.
    package let accessPoint: String
    /// The server name it asked for last.
    package let serverName: String?
    /// The TLS version of the last time.
    package let tlsVersion: TLSProtocolVersion?

    /// Gathers a stored row.
    package init(
        clientID: String,
        firstSeen: Date,
        lastSeen: Date,
        address: String,
        accessPoint: String,
        serverName: String?,
        tlsVersion: TLSProtocolVersion?
    ) {
        self.clientID = clientID
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.address = address
        self.accessPoint = accessPoint
        self.serverName = serverName
        self.tlsVersion = tlsVersion
    }
}

/// Whom a range of TLS versions would cut off, of the clients seen in the last 7 days.
package struct CutOffReport: Hashable, Sendable {
    /// A client that the range concerns.
    package struct Client: Hashable, Sendable {
        /// Who it is.
        package let client: SightedClient
        /// The common name of its certificate.
        package let commonName: String?
        /// What it offered.
        package let offer: TLSOffer
        /// The version that was agreed on with it last.
        package let tlsVersion: TLSProtocolVersion?
        /// Where it came from last.
        package let address: String
        /// When it came last.
        package let lastSeen: Date
        /// `cutOff` or `uncertain`.
        package let prospect: TLSOffer.Prospect

        /// Gathers a stored row.
        package init(
            client: SightedClient,
            commonName: String?,
            offer: TLSOffer,
            tlsVersion: TLSProtocolVersion?,
            address: String,
            lastSeen: Date,
            prospect: TLSOffer.Prospect
        ) {
            self.client = client
            self.commonName = commonName
            self.offer = offer
            self.tlsVersion = tlsVersion
            self.address = address
            self.lastSeen = lastSeen
            self.prospect = prospect
        }
    }

    /// Clients in the inventory.
    package let seen: Int
    /// How many of them offer no version of the range.
    package let cutOff: Int
    /// How many only name a newer version and may not take an older one.
    package let uncertain: Int
    /// Those concerned, cut off ones first, the last seen first; as many as were asked for.
    package let clients: [Client]
    /// The oldest sighting that the inventory holds; `nil` for an empty one.
    package let since: Date?

    /// Gathers what was counted.
    package init(seen: Int, cutOff: Int, uncertain: Int, clients: [Client], since: Date?) {
        self.seen = seen
        self.cutOff = cutOff
        self.uncertain = uncertain
        self.clients = clients
        self.since = since
    }
}

/// What was seen of clients, over restarts: bounded by `SightingLimits`.
package protocol SightingStore: Sendable {
    /// Stores a batch in one transaction.
    func record(_ batch: SightingBatch) async throws

    /// The client ids that came with a certificate, the last seen first.
    func clients(of certificate: Fingerprint) async throws -> [AssociatedClient]

    /// Whom the range would cut off of the clients seen in the retention time, with at most `limit` of them by name.
    func cutOff(by range: TLSVersionRange, at now: Date, limit: Int) async throws -> CutOffReport

    /// Begins the report on a certificate that was superseded: what an earlier rotation of it left is forgotten.
    func openRotation(of superseded: Fingerprint, at now: Date) async throws

    /// Who needed a superseded certificate, with at most `limit` clients by name.
    func rotation(of superseded: Fingerprint, limit: Int) async throws -> RotationReport

    /// Forgets what is past the retention time or the limits; to be called every few minutes.
    func prune(at now: Date) async throws
}
