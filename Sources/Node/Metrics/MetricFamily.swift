/// One metric at one moment: its name, what it is, and a value for each combination of labels.
struct MetricFamily: Sendable {
    /// What a family's samples are.
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// One line of a family.
    struct Sample: Sendable {
        /// What is put behind the family's name: `_bucket`, `_sum` or `_count` of a histogram.
        var suffix = ""
        let labels: [(name: String, value: String)]
        let value: Double
    }

    /// The name as the text format has it; a counter's ends in `_total`.
    let name: String
    let kind: Kind
    let help: String
    fileprivate(set) var samples: [Sample] = []
}

/// The families of a page of metrics, put together one after the other.
struct MetricPage: Sendable {
    /// What every name begins with, but for those of the process.
    static let prefix = "sluice_"

    private(set) var families: [MetricFamily] = []

    /// Begins a family; its samples follow. Names of the process itself have no prefix, as with every Prometheus client.
    mutating func family(_ name: String, _ kind: MetricFamily.Kind, _ help: String) {
        let name = name.hasPrefix("process_") ? name : Self.prefix + name
        families.append(MetricFamily(name: name, kind: kind, help: help))
    }

    /// The one value of the family begun last.
    mutating func sample(_ value: Double) { sample([], value) }

    mutating func sample(_ value: some BinaryInteger) { sample([], Double(value)) }

    /// One value of the family begun last; labels in the order given.
    mutating func sample(_ labels: KeyValuePairs<String, String>, _ value: Double) {
        sample(labels.map { ($0.key, $0.value) }, value)
    }

    mutating func sample(_ labels: KeyValuePairs<String, String>, _ value: some BinaryInteger) {
        sample(labels, Double(value))
    }

    mutating func sample(_ labels: [(name: String, value: String)], _ value: Double, suffix: String = "") {
        families[families.count - 1].samples.append(
            MetricFamily.Sample(suffix: suffix, labels: labels, value: value)
        )
    }

    /// A histogram's lines of the family begun last, from counts per bound that are not cumulated, the last of them for
    /// what is above all bounds.
    mutating func histogram(_ labels: [(name: String, value: String)], bounds: [Double], counts: [Int], sum: Double) {
        var total = 0
        for (bound, count) in zip(bounds, counts) {
            total += count
            sample(labels + [("le", MetricText.number(bound))], Double(total), suffix: "_bucket")
        }
        total += counts.count > bounds.count ? counts[bounds.count] : 0
        sample(labels + [("le", "+Inf")], Double(total), suffix: "_bucket")
        sample(labels, sum, suffix: "_sum")
        sample(labels, Double(total), suffix: "_count")
    }
}
