package import Foundation
import Registry

/// The OCSP answer that goes with a server certificate in the handshake.
package struct StapleResource: Codable, Hashable, Sendable {
    /// When the answer began to be right.
    package var thisUpdate: Date
    /// When a newer one should be there; absent if the answer does not tell.
    package var nextUpdate: Date?
    /// Whether `nextUpdate` is past: a stale answer is not sent.
    package var stale: Bool
    /// `upload`, or the path of the file that it comes from.
    package var source: String

    init(_ staple: OCSPStaple, at now: Date) {
        thisUpdate = staple.thisUpdate
        nextUpdate = staple.nextUpdate
        stale = !staple.isFresh(at: now)
        source = staple.source.words
    }
}
