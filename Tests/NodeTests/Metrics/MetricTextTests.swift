import TestProcess
import Testing

@testable import Node

@Suite("A page of metrics") struct MetricTextTests {
    private static var sample: MetricPage {
        var page = MetricPage()
        page.family("connections", .gauge, "Connections open now.")
        page.sample(["access_point": "public", "tls_version": "1.3"], 12)
        page.family("connections_total", .counter, "Connections accepted.")
        page.sample(["access_point": "public"], 40)
        page.family("registrations_total", .counter, "Registered.")
        page.sample(3)
        page.family("tls_handshake_seconds", .histogram, "From accept to the end.")
        page.histogram([("access_point", "public")], bounds: [0.01, 0.5], counts: [2, 1, 4], sum: 9.25)
        page.family("process_open_fds", .gauge, "Descriptors that are open.")
        page.sample(7)
        return page
    }

    @Test func `is Prometheus' text unless something else is asked for`() {
        #expect(
            MetricText.prometheus.write(Self.sample.families) == """
                # HELP sluice_connections Connections open now.
                # TYPE sluice_connections gauge
                sluice_connections{access_point="public",tls_version="1.3"} 12
                # HELP sluice_connections_total Connections accepted.
                # TYPE sluice_connections_total counter
                sluice_connections_total{access_point="public"} 40
                # HELP sluice_registrations_total Registered.
                # TYPE sluice_registrations_total counter
                sluice_registrations_total 3
                # HELP sluice_tls_handshake_seconds From accept to the end.
                # TYPE sluice_tls_handshake_seconds histogram
                sluice_tls_handshake_seconds_bucket{access_point="public",le="0.01"} 2
                sluice_tls_handshake_seconds_bucket{access_point="public",le="0.5"} 3
                sluice_tls_handshake_seconds_bucket{access_point="public",le="+Inf"} 7
                sluice_tls_handshake_seconds_sum{access_point="public"} 9.25
                sluice_tls_handshake_seconds_count{access_point="public"} 7
                # HELP process_open_fds Descriptors that are open.
                # TYPE process_open_fds gauge
                process_open_fds 7

                """
        )
    }

    @Test func `names counters without _total in OpenMetrics, unless that name is taken, and says where it ends`() {
        let lines = MetricText.openMetrics.write(Self.sample.families).split(separator: "\n")
        #expect(lines.contains("# TYPE sluice_registrations counter"))
        #expect(lines.contains("sluice_registrations_total 3"))
        #expect(lines.contains("# TYPE sluice_connections gauge"))
        #expect(lines.contains("# TYPE sluice_connections_total unknown"))
        #expect(lines.last == "# EOF")
        let titles = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(titles).count == titles.count)
    }

    @Test(
        arguments: [
            (nil, .prometheus),
            ("*/*", .prometheus),
            ("text/plain", .prometheus),
            ("text/html", .prometheus),
            ("application/openmetrics-text", .openMetrics),
            ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", .openMetrics),
            ("text/plain;version=0.0.4;q=1,application/openmetrics-text; q=0.5", .prometheus),
            ("application/openmetrics-text; q=0", .prometheus),
        ] as [(String?, MetricText)]
    )
    func `comes in the format that is preferred`(accept: String?, format: MetricText) {
        #expect(MetricText(accept: accept) == format)
    }

    @Test func `escapes what would end a label's value or a help text`() {
        var page = MetricPage()
        page.family("x", .gauge, "a\\b\nc")
        page.sample(["name": "a\"b\\c\nd"], 1)
        let lines = MetricText.prometheus.write(page.families).split(separator: "\n")
        #expect(lines.first == #"# HELP sluice_x a\\b\nc"#)
        #expect(lines.last == #"sluice_x{name="a\"b\\c\nd"} 1"#)
    }

    @Test(
        arguments: [
            (0.0, "0"), (3, "3"), (0.25, "0.25"), (1_829_597_700, "1829597700"), (1e20, "1e+20"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ]
    )
    func `writes whole numbers without a point`(value: Double, expected: String) {
        #expect(MetricText.number(value) == expected)
    }

    // MARK: The judgement of others

    @Test func `is found good by promtool`() throws {
        let folder = try TemporaryFolder()
        let text = MetricText.prometheus.write(try PageOfAnIdleNode.page().families)
        try folder.write(text, to: "metrics")
        let promtool = try ChildProcess(
            "/bin/sh",
            ["-c", "promtool check metrics <'\(folder.path("metrics"))'"],
            output: .pipe
        )
        let complaints = try promtool.readOutput()
        #expect(promtool.wait().status == 0, "\(complaints)\n\(text)")
    }
}
