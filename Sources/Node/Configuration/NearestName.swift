/// Finds the name that a person most likely meant by a misspelt one.
package enum NearestName {
    /// The closest of `candidates` to `name`, or nil when none is close enough to be a help.
    ///
    /// Letter case and `_ - .` do not count; what counts is the number of letters to insert, remove, change or swap,
    /// and at most a third of the name's letters may differ.
    package static func of(_ name: String, among candidates: [String]) -> String? {
        let wanted = letters(name)
        guard wanted.count <= longestNameCompared else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(wanted, letters(candidate))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(1, wanted.count / 3) else { return nil }
        return best.name
    }

    /// Longer keys are nobody's typing error; comparing them would only cost time.
    private static let longestNameCompared = 64

    private static func letters(_ name: String) -> [Character] {
        Array(name.lowercased().filter { !"_-.".contains($0) })
    }

    /// The Damerau–Levenshtein distance (optimal string alignment).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
