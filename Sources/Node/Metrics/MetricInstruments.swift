import CoreMetrics
import Synchronization

/// Something that counts, and writes what it counted.
protocol MetricInstrument: AnyObject, Sendable {
    /// Adds its lines to the family begun last.
    func write(to page: inout MetricPage, _ labels: [(name: String, value: String)])
}

/// A number that only grows.
final class CounterInstrument: MetricInstrument, CounterHandler, FloatingPointCounterHandler {
    private let value = Mutex(0.0)

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        // What shrinks is no counter.
        if amount > 0 { value.withLock { $0 += amount } }
    }

    func reset() { value.withLock { $0 = 0 } }

    func write(to page: inout MetricPage, _ labels: [(name: String, value: String)]) {
        page.sample(labels, value.withLock { $0 })
    }
}

/// A number that comes and goes.
final class GaugeInstrument: MetricInstrument, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { self.value.withLock { $0 = value } }

    func increment(by amount: Double) { value.withLock { $0 += amount } }

    func decrement(by amount: Double) { value.withLock { $0 -= amount } }

    func record(_ value: Int64) { set(Double(value)) }

    func record(_ value: Double) { set(value) }

    func write(to page: inout MetricPage, _ labels: [(name: String, value: String)]) {
        page.sample(labels, value.withLock { $0 })
    }
}

/// How often values were how large.
final class HistogramInstrument: MetricInstrument, RecorderHandler, TimerHandler {
    private struct State {
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum += value
        }
    }

    /// A timer's values are seconds on the page: base units.
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func write(to page: inout MetricPage, _ labels: [(name: String, value: String)]) {
        let state = state.withLock { $0 }
        page.histogram(labels, bounds: bounds, counts: state.counts, sum: state.sum)
    }
}
