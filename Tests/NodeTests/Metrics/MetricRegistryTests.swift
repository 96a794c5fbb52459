import CoreMetrics
import Testing

@testable import Node

@Suite("The metrics backend") struct MetricRegistryTests {
    private static func lines(_ registry: MetricRegistry) -> [Substring] {
        var page = MetricPage()
        registry.write(to: &page)
        return MetricText.prometheus.write(page.families).split(separator: "\n")
    }

    @Test func `shows a described family before anything was counted`() {
        let registry = MetricRegistry([MetricDescription("uses_total", .counter, "Uses.")])
        #expect(Self.lines(registry) == ["# HELP sluice_uses_total Uses.", "# TYPE sluice_uses_total counter"])
    }

    @Test func `gives the same name and labels the same counter`() {
        let registry = MetricRegistry([MetricDescription("uses_total", .counter, "Uses.")])
        for result in ["ok", "failed", "ok"] {
            Counter(label: "uses_total", dimensions: [("result", result)], factory: registry).increment()
        }
        #expect(
            Self.lines(registry).suffix(2) == [
                #"sluice_uses_total{result="failed"} 1"#, #"sluice_uses_total{result="ok"} 2"#,
            ]
        )
    }

    @Test func `measures times in seconds, each bucket with those below it`() {
        let description = MetricDescription("effect_seconds", .histogram, "Effect.", bounds: [0.5, 1])
        let registry = MetricRegistry([description])
        let timer = CoreMetrics.Timer(label: "effect_seconds", factory: registry)
        for milliseconds in [100, 400, 700, 3000] { timer.recordMilliseconds(milliseconds) }
        #expect(
            Self.lines(registry).dropFirst(2) == [
                #"sluice_effect_seconds_bucket{le="0.5"} 2"#, #"sluice_effect_seconds_bucket{le="1"} 3"#,
                #"sluice_effect_seconds_bucket{le="+Inf"} 4"#, "sluice_effect_seconds_sum 4.2",
                "sluice_effect_seconds_count 4",
            ]
        )
    }

    @Test func `takes a library's instruments under names that fit`() {
        let registry = MetricRegistry()
        Counter(label: "http.requests", factory: registry).increment(by: 2)
        Gauge(label: "pool-size", factory: registry).record(5)
        Recorder(label: "bytes", factory: registry).record(0.004)
        Meter(label: "8ball", factory: registry).set(1.5)
        let lines = Self.lines(registry)
        #expect(lines.contains("sluice_http_requests_total 2"))
        #expect(lines.contains("sluice_pool_size 5"))
        #expect(lines.contains(#"sluice_bytes_bucket{le="0.005"} 1"#))
        #expect(lines.contains("sluice__8ball 1.5"))
    }

    @Test func `lets one name be one kind of thing`() {
        let registry = MetricRegistry([MetricDescription("x_total", .counter, "X.")])
        Gauge(label: "x_total", factory: registry).record(5)
        #expect(!Self.lines(registry).contains("sluice_x_total 5"))
    }

    @Test func `a counter never shrinks`() {
        let counter = CounterInstrument()
        counter.increment(by: Int64(3))
        counter.increment(by: Int64(-2))
        var page = MetricPage()
        page.family("x_total", .counter, "X.")
        counter.write(to: &page, [])
        #expect(page.families[0].samples[0].value == 3)
    }

    @Test func `what is described has a sentence of help and a unit in its name`() {
        for family in PageOfAnIdleNode.described {
            #expect(family.help.hasSuffix("."), "\(family.name)")
        }
    }
}
