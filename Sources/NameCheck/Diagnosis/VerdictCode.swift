/// What a check can find; the raw values are stable and part of the JSON output.
package enum VerdictCode: String, Hashable, Sendable, CaseIterable {
    case ok
    case okChain = "ok_chain"
    case chainLong = "chain_long"
    case chainTooLong = "chain_too_long"
    case loop
    case wrongTarget = "wrong_target"
    case wrongKind = "wrong_kind"
    case flattenedOK = "flattened_ok"
    case flattenedPartial = "flattened_partial"
    case addressMismatch = "address_mismatch"
    case aliasAtApex = "cname_at_apex"
    case aliasAndOther = "cname_and_other"
    case severalAliases = "multiple_cname"
    case nameError = "nxdomain"
    case noData = "nodata"
    case danglingAccessPoint = "dangling_ap"
    case danglingHop = "dangling_hop"
    case privateAddress = "private_address"
    case timeToLive = "ttl"
    case wildcard
    case redirection = "dname"
    case serverFailure = "servfail"
    case refused
    case timeout
    case unreachable
    case malformed
    case tcpBroken = "tcp_broken"
    case ednsBroken = "edns_broken"
    case spoofed
    case outsideZones = "outside_zones"
    case delegated
    case badName = "bad_name"
}

/// The outcome of a check: "could not be proved" is apart from "proved wrong".
package enum CheckStatus: String, Hashable, Sendable, CaseIterable {
    case pass
    case warn
    case fail
    case unknown
}

/// The weight of one issue, lightest first.
package enum Severity: String, Hashable, Sendable, CaseIterable {
    case note
    case warn
    case unknown
    case fail

    /// The status that an issue of this weight gives to the whole.
    package var status: CheckStatus {
        switch self {
        case .note: .pass
        case .warn: .warn
        case .unknown: .unknown
        case .fail: .fail
        }
    }
}

extension Severity: Comparable {
    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .note: 0
        case .warn: 1
        case .unknown: 2
        case .fail: 3
        }
    }
}

/// What probably went wrong when a name points elsewhere.
package enum TargetHint: String, Hashable, Sendable, CaseIterable {
    /// The provider appended the zone to a value without its final dot.
    case missingDot = "missing_dot"
    /// At most two letters off.
    case typo
    /// An access point under the same suffix, of another cluster.
    case otherCluster = "other_cluster"
}

/// Who can put an issue right.
package enum Audience: String, Hashable, Sendable, CaseIterable {
    /// Whoever runs the custom domain's zone.
    case customer
    /// Whoever runs the access points.
    case `operator`
}
