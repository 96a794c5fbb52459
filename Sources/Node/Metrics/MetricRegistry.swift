package import CoreMetrics
import Synchronization

/// The node's backend of swift-metrics: what is counted as it happens, rather than read from what already counts.
///
/// Made for a page that Prometheus reads: counters, gauges and histograms by name and labels, described where they are
/// known. A library's own instruments, which nobody described, appear under its names made fit.
package final class MetricRegistry: MetricsFactory {
    private struct Key: Hashable {
        let name: String
        let labels: [String]
    }

    private struct Contents {
        var descriptions: [String: MetricDescription] = [:]
        var instruments: [Key: any MetricInstrument] = [:]
        /// Families in the order in which they were first seen.
        var order: [String] = []
    }

    private let contents = Mutex(Contents())

    /// Knows these families from the start, so that they are on the page before anything happened.
    init(_ descriptions: [MetricDescription] = []) {
        contents.withLock { contents in
            for description in descriptions {
                contents.descriptions[description.name] = description
                contents.order.append(description.name)
            }
        }
    }

    /// Adds every family and its values.
    func write(to page: inout MetricPage) {
        let (order, descriptions, instruments) = contents.withLock { ($0.order, $0.descriptions, $0.instruments) }
        let byName = Dictionary(grouping: instruments) { $0.key.name }
        for name in order {
            guard let description = descriptions[name] else { continue }
            page.family(name, description.kind, description.help)
            for (key, instrument) in (byName[name] ?? []).sorted(by: {
                $0.key.labels.lexicographicallyPrecedes($1.key.labels)
            }) {
                let pairs = stride(from: 0, to: key.labels.count, by: 2).map {
                    (name: key.labels[$0], value: key.labels[$0 + 1])
                }
                instrument.write(to: &page, pairs)
            }
        }
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(label, dimensions, .counter) { _ in CounterInstrument() }
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        instrument(label, dimensions, .counter) { _ in CounterInstrument() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(label, dimensions, .gauge) { _ in GaugeInstrument() }
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return instrument(label, dimensions, .gauge) { _ in GaugeInstrument() } }
        return instrument(label, dimensions, .histogram) { HistogramInstrument(bounds: $0.bounds) }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(label, dimensions, .histogram) { HistogramInstrument(bounds: $0.bounds) }
    }

    // What was counted stays on the page: a series that goes and comes back would look like a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// The instrument of that name and these labels; an unconnected one if the name is already another kind's.
    private func instrument<Instrument: MetricInstrument>(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricFamily.Kind,
        make: (MetricDescription) -> Instrument
    ) -> Instrument {
        let name = MetricDescription.fitting(label, kind)
        let labels = dimensions.flatMap { [MetricDescription.fittingLabel($0.0), $0.1] }
        return contents.withLock { contents in
            let key = Key(name: name, labels: labels)
            if let known = contents.instruments[key] as? Instrument { return known }
            let description =
                contents.descriptions[name] ?? MetricDescription(name, kind, "Counted by a library as \(label).")
            let made = make(description)
            guard description.kind == kind, contents.instruments[key] == nil else { return made }
            if contents.descriptions.updateValue(description, forKey: name) == nil { contents.order.append(name) }
            contents.instruments[key] = made
            return made
        }
    }
}

/// What a family is, before it has values.
struct MetricDescription: Sendable {
    let name: String
    let kind: MetricFamily.Kind
    let help: String
    /// A histogram's upper bounds.
    let bounds: [Double]

    /// From a millisecond to ten seconds.
    static let seconds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    init(_ name: String, _ kind: MetricFamily.Kind, _ help: String, bounds: [Double] = seconds) {
        self.name = name
        self.kind = kind
        self.help = help
        self.bounds = bounds
    }

    /// A library's label as a name of the page: letters, digits and `_`; a counter's ends in `_total`.
    static func fitting(_ label: String, _ kind: MetricFamily.Kind) -> String {
        let name = fittingLabel(label)
        return kind == .counter && !name.hasSuffix("_total") ? name + "_total" : name
    }

    static func fittingLabel(_ label: String) -> String {
        let name = String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        return name.first?.isNumber == true || name.isEmpty ? "_" + name : name
    }
}
