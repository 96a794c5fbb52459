/// How a page of metrics is written: Prometheus' own text, or OpenMetrics for those who ask for it.
enum MetricText: Hashable, Sendable, CaseIterable {
    /// The text exposition format 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// The content type of the answer.
    var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// What an `Accept` header asks for; Prometheus' text where it does not prefer OpenMetrics.
    init(accept: String?) {
        var best = (weight: 0.0, format: MetricText.prometheus)
        for range in (accept ?? "").split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.trimming(" ") }
            guard let type = parts.first?.lowercased() else { continue }
            // RFC 9110 § 12.4.2: without a weight it is 1.
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            switch type {
            case "application/openmetrics-text" where weight > best.weight: best = (weight, .openMetrics)
            case "text/plain", "text/*", "*/*":
                if weight > best.weight { best = (weight, .prometheus) }
            default: continue
            }
        }
        self = best.format
    }

    /// The families as text.
    func write(_ families: [MetricFamily]) -> String {
        let names = Set(families.map(\.name))
        var text = ""
        for family in families {
            let (name, kind) = title(of: family, among: names)
            text += "# HELP \(name) \(family.help.escaped)\n# TYPE \(name) \(kind)\n"
            for sample in family.samples {
                text += family.name + sample.suffix
                if !sample.labels.isEmpty {
                    text += "{"
                    text += sample.labels.map { "\($0.name)=\"\($0.value.escapedForLabel)\"" }.joined(separator: ",")
                    text += "}"
                }
                text += " \(Self.number(sample.value))\n"
            }
        }
        return self == .openMetrics ? text + "# EOF\n" : text
    }

    /// OpenMetrics names a counter without `_total`. Where that is the name of another family (`connections` beside
    /// `connections_total`) it would stand twice, which it may not; such a counter is "unknown" there and keeps its name.
    private func title(of family: MetricFamily, among names: Set<String>) -> (name: String, kind: String) {
        guard self == .openMetrics, family.kind == .counter, family.name.hasSuffix(Self.total) else {
            return (family.name, family.kind.rawValue)
        }
        let bare = String(family.name.dropLast(Self.total.count))
        return names.contains(bare) ? (family.name, "unknown") : (bare, family.kind.rawValue)
    }

    private static let total = "_total"

    /// A number: whole ones without a point.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf" }
        return value.rounded() == value && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}

extension String {
    /// Backslash and line feed, which a help text must not have as they are.
    fileprivate var escaped: String { replacing("\\", with: "\\\\").replacing("\n", with: "\\n") }

    /// A label's value: the quote too.
    fileprivate var escapedForLabel: String { escaped.replacing("\"", with: "\\\"") }
}

extension Substring {
    fileprivate func trimming(_ character: Character) -> Substring {
        let start = drop { $0 == character }
        return start.lastIndex { $0 != character }.map { start[...$0] } ?? start.prefix(0)
    }
}
