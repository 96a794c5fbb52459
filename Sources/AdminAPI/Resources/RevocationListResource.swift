package import Foundation
import Registry

/// A CA's certificate revocation list.
package struct RevocationListResource: Codable, Hashable, Sendable {
    /// When the list was made.
    package var thisUpdate: Date
    /// When a newer one should be there; absent if the list does not tell.
    package var nextUpdate: Date?
    /// Whether `nextUpdate` is past.
    package var stale: Bool
    /// What becomes of devices while the list is stale: `hard-fail` refuses them, `soft-fail` lets them in.
    package var onStale: String
    /// How many certificates it revokes.
    package var revokedCount: Int
    /// `upload`, or the path of the file that it comes from.
    package var source: String

    init(_ list: RevocationList, at now: Date) {
        thisUpdate = list.thisUpdate
        nextUpdate = list.nextUpdate
        stale = list.isStale(at: now)
        onStale = list.onStale.rawValue
        revokedCount = list.revokedCount
        source = list.source.words
    }
}
