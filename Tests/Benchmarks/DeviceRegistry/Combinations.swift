import Foundation
import Registry

/// Filters, frequent and rare, of which every two and every three are tried together.
struct FilterCombinations {
    typealias Filter = (name: String, set: @Sendable (inout DeviceQuery) -> Void)

    private let filters: [Filter]

    init(_ fleet: Fleet) {
        let (now, day) = (fleet.now, 86_400.0)
        let (large, middle, small) = (
            fleet.authorities[0].fingerprint, fleet.authorities[1].fingerprint, fleet.authorities[2].fingerprint
        )
        filters = [
            ("active 97 %", { $0.states = [.active] }),
            ("inactive 2 %", { $0.states = [.inactive] }),
            ("not active 2.6 %", { $0.states = [.inactive, .revoked, .pendingActivation] }),
            ("manual 10 %", { $0.source = .manual }),
            ("automatic 90 %", { $0.source = .automatic }),
            ("CA of 90 %", { $0.authority = large }),
            ("CA of 9 %", { $0.authority = middle }),
            ("CA of 0.9 %", { $0.authority = small }),
            ("unit of 2 %", { $0.organizationalUnit = .exactly("site-7") }),
            ("units of 22 %", { $0.organizationalUnit = .prefix("site-1") }),
            ("client ids of 2 %", { $0.clientID = .prefix("site-07") }),
            ("names of 1 %", { $0.commonName = .prefix("pump-0012") }),
            ("names of 10 %", { $0.commonName = .prefix("pump-001") }),
            ("expired 2.5 %", { $0.validity = .expired }),
            ("expiring 2.5 %", { $0.validity = .expiring }),
            ("valid 95 %", { $0.validity = .valid }),
            ("ends within 100 days 8 %", { ($0.notAfterFrom, $0.notAfterUntil) = (now, now + 100 * day) }),
            ("begun within 10 days 2.5 %", { $0.notBeforeFrom = now - 10 * day }),
            ("search 2 %", { $0.search = "site-07" }),
        ]
    }

    /// Every two and every three of them.
    var all: [(name: String, query: DeviceQuery)] {
        var combinations: [[Filter]] = []
        for first in filters.indices {
            for second in filters.indices.dropFirst(first + 1) {
                combinations.append([filters[first], filters[second]])
                for third in filters.indices.dropFirst(second + 1) {
                    combinations.append([filters[first], filters[second], filters[third]])
                }
            }
        }
        let orders = [DeviceSort(.createdAt, descending: true), DeviceSort(.notAfter), DeviceSort(.commonName)]
        return orders.flatMap { order in
            combinations.map { filters in
                var query = DeviceQuery(sort: order)
                for filter in filters { filter.set(&query) }
                return (filters.map(\.name).joined(separator: ", ") + " by \(order.key.rawValue)", query)
            }
        }
    }
}
