package import LDNS

/// An access point of the cluster, as the end that a custom domain should reach.
package struct ExpectedTarget: Hashable, Sendable {
    package let name: DNSName
    package let kind: AccessPointKind

    package init(name: DNSName, kind: AccessPointKind) {
        self.name = name
        self.kind = kind
    }
}

/// Where an access point is reached from.
package enum AccessPointKind: String, Hashable, Sendable, CaseIterable {
    case `public`
    case vpc

    /// Reads `public`, `vpc` or `vpce`.
    package init?(word: some StringProtocol) {
        switch word.lowercased() {
        case "public": self = .public
        case "vpc", "vpce": self = .vpc
        default: return nil
        }
    }
}
