/// The standard's rules for filters, written down as slowly and plainly as they read. MQTT 5.0 § 4.7
enum NaiveMatcher {
    static func matches(filter: String, topic: String) -> Bool {
        let filter = filter.split(separator: "/", omittingEmptySubsequences: false)
        let topic = topic.split(separator: "/", omittingEmptySubsequences: false)
        if topic[0].first == "$", filter[0] == "+" || filter[0] == "#" { return false }
        return matches(filter[...], topic[...])
    }

    private static func matches(_ filter: ArraySlice<Substring>, _ topic: ArraySlice<Substring>) -> Bool {
        guard let first = filter.first else { return topic.isEmpty }
        if first == "#" { return true }
        guard let level = topic.first, first == "+" || first == level else { return false }
        return matches(filter.dropFirst(), topic.dropFirst())
    }
}

extension SeededGenerator {
    /// A topic of few words, so that filters meet it.
    mutating func topic() -> String {
        let topic = (0..<Int.random(in: 1...5, using: &self)).map { _ in word() }.joined(separator: "/")
        // A topic has at least one character. [MQTT-4.7.3-1]
        return topic.isEmpty ? "/" : topic
    }

    /// A filter of the same words and wildcards.
    mutating func filter() -> String {
        var levels = (0..<Int.random(in: 1...5, using: &self)).map { _ in
            Int.random(in: 0..<4, using: &self) == 0 ? "+" : word()
        }
        if Int.random(in: 0..<4, using: &self) == 0 { levels[levels.count - 1] = "#" }
        let filter = levels.joined(separator: "/")
        return filter.isEmpty ? "/" : filter
    }

    private mutating func word() -> String {
        ["a", "b", "c", "", "$SYS", "a level longer than sixteen bytes"].randomElement(using: &self) ?? "a"
    }
}
