package import struct FoundationEssentials.Date

/// A CA's revocation list, checked at the edge: signed by the CA, and readable.
package struct RevocationList: Hashable, Sendable {
    /// The list's DER.
    package let der: [UInt8]
    /// When its issuer made it.
    package let thisUpdate: Date
    /// When its issuer promised a newer one; `nil` if it promised nothing.
    package let nextUpdate: Date?
    /// How many certificates it revokes.
    package let revokedCount: Int
    /// What a list past its nextUpdate does to the CA's devices.
    package let onStale: StalePolicy
    /// Where it came from.
    package let source: MaterialSource

    /// What a list past its nextUpdate does to the CA's devices.
    package enum StalePolicy: String, Hashable, Sendable, CaseIterable {
        /// They are refused until a newer list is there.
        case hardFail = "hard-fail"
        /// The old list goes on being used.
        case softFail = "soft-fail"
    }

    /// Gathers what an upload has checked.
    package init(
        der: [UInt8],
        thisUpdate: Date,
        nextUpdate: Date?,
        revokedCount: Int,
        onStale: StalePolicy,
        source: MaterialSource
    ) {
        self.der = der
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.revokedCount = revokedCount
        self.onStale = onStale
        self.source = source
    }

    /// Whether its issuer should have made a newer one by now.
    package func isStale(at now: Date) -> Bool {
        nextUpdate.map { now > $0 } ?? false
    }
}
