import LDNS

extension TargetHint {
    /// Letters that may be wrong in a name for it to count as mistyped.
    private static let maximumTypos = 2

    /// Guesses why the aliases end at `end`; nil when it looks like a different service.
    init?(facts: NameFacts, end: DNSName, addresses: AddressFacts) {
        let wanted = facts.target.name
        let appended = facts.hops.contains { hop in
            hop.name.ancestors.contains { zone in zone != .root && wanted.appending(zone) == hop.target }
        }
        if appended {
            self = .missingDot
            return
        }
        let isClose = editDistance(Array(end.wire), Array(wanted.wire)) <= Self.maximumTypos
        let isNeighbour = end.parent == wanted.parent
        switch addresses {
        case .found where isNeighbour: self = .otherCluster
        case .found, .noData, .nameError, .notAsked:
            if isClose {
                self = .typo
            } else if isNeighbour {
                self = .otherCluster
            } else {
                return nil
            }
        }
    }
}

/// Levenshtein's distance: single bytes inserted, deleted or exchanged.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var previous = Array(0...right.count)
    for (row, byte) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            let exchanged = previous[column] + (byte == other ? 0 : 1)
            current.append(min(exchanged, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[right.count]
}
