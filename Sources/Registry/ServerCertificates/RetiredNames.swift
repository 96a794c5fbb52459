package import struct Foundation.Date

/// Names whose certificate was unbound: refused until a certificate for them serves again.
package struct RetiredNames: Hashable, Sendable {
    /// Each retired name, as its certificate wrote it, and since when.
    package private(set) var since: [DomainName: Date]

    /// Takes stored names; none for a new cluster.
    package init(since: [DomainName: Date] = [:]) {
        self.since = since
    }

    /// Adds names; a name that is retired already keeps its date.
    package mutating func retire(_ names: [DomainName], at now: Date) {
        for name in names where since[name] == nil { since[name] = now }
    }

    /// Takes out every name that one of `names` covers, and gives them in order.
    package mutating func lift(coveredBy names: [DomainName]) -> [DomainName] {
        let lifted = since.keys.filter { retired in names.contains { $0.covers(retired) } }.sorted()
        for name in lifted { since[name] = nil }
        return lifted
    }

    /// Whether a client that asks for this name is refused. A name under a retired wildcard is, too.
    package func refuses(_ name: DomainName) -> Bool {
        guard !since.isEmpty else { return false }
        if since[name] != nil { return true }
        guard let parent = name.parent else { return false }
        return since[DomainName(normalised: "*." + parent.text)] != nil
    }
}
