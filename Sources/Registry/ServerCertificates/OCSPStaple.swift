package import struct FoundationEssentials.Date

/// An OCSP response that is sent along with a server certificate, checked at the edge: for this certificate, and good.
package struct OCSPStaple: Hashable, Sendable {
    /// The OCSPResponse's DER.
    package let der: [UInt8]
    /// When its issuer knew the status to be right.
    package let thisUpdate: Date
    /// When its issuer promised a newer one; `nil` if it promised nothing.
    package let nextUpdate: Date?
    /// Where it came from.
    package let source: MaterialSource

    /// Gathers what an upload has checked.
    package init(der: [UInt8], thisUpdate: Date, nextUpdate: Date?, source: MaterialSource) {
        self.der = der
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.source = source
    }

    /// Whether clients would still take it: a stale staple is left out of handshakes.
    package func isFresh(at now: Date) -> Bool {
        nextUpdate.map { now <= $0 } ?? true
    }
}
