/// Metrics in Prometheus' text exposition format, version 0.0.4.
struct PrometheusText {
    /// What a family's samples are.
    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""

    /// Begins a family; its samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP sluice_\(name) \(help)\n# TYPE sluice_\(name) \(kind.rawValue)\n"
    }

    /// One sample; labels in the order given.
    mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String> = [:], _ value: Double) {
        text += "sluice_\(name)"
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.key)=\"\($0.value.escapedForLabel)\"" }.joined(separator: ",") + "}"
        }
        text += " \(value.rounded() == value && abs(value) < 1e15 ? String(Int64(value)) : String(value))\n"
    }

    mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String> = [:], _ value: some BinaryInteger) {
        sample(name, labels, Double(value))
    }
}

extension String {
    /// A label's value: backslash, quote and line feed are the three that must be escaped.
    fileprivate var escapedForLabel: String {
        replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
