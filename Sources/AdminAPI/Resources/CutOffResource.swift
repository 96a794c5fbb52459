package import Foundation
import Registry

/// The clients that a range of TLS versions would cut off, out of those seen in the last days.
package struct CutOffResource: Codable, Hashable, Sendable {
    /// How many clients were looked at.
    package var seen: Int
    /// How many of them offer no version of the range.
    package var cutOff: Int
    /// How many only name a newer version and may not take an older one.
    package var uncertain: Int
    /// From when on clients were looked at; absent if none was seen.
    package var since: Date?
    /// Those concerned, cut off ones first, the last seen first; at most 100.
    package var clients: [Client]

    /// One client.
    package struct Client: Codable, Hashable, Sendable {
        /// Its client id, its certificate or its address, as far as it came.
        package var client: String
        /// The common name of its certificate.
        package var commonName: String?
        /// Where it last came from.
        package var address: String
        /// The TLS versions that it offers, such as `up to 1.1`.
        package var offered: String
        /// The version that was agreed on with it last.
        package var tlsVersion: String?
        /// `cut_off` or `uncertain`.
        package var prospect: String
        /// When it was last here.
        package var lastSeenAt: Date
    }

    init(_ report: CutOffReport) {
        seen = report.seen
        cutOff = report.cutOff
        uncertain = report.uncertain
        since = report.since
        clients = report.clients.map { client in
            Client(
                client: client.client.description,
                commonName: client.commonName,
                address: client.address,
                offered: client.offer.description,
                tlsVersion: client.tlsVersion?.rawValue,
                prospect: client.prospect.rawValue,
                lastSeenAt: client.lastSeen
            )
        }
    }
}
