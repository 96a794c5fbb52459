import Testing

@testable import Node

@Suite("Prometheus text") struct PrometheusTextTests {
    @Test func `begins each family with its help and type`() {
        var text = PrometheusText()
        text.family("connections", .gauge, "Connections open now.")
        text.sample("connections", ["access_point": "public", "tls_version": "1.3"], 12)
        #expect(
            text.text == """
                # HELP sluice_connections Connections open now.
                # TYPE sluice_connections gauge
                sluice_connections{access_point="public",tls_version="1.3"} 12

                """
        )
    }

    @Test func `escapes what would end a label's value`() {
        var text = PrometheusText()
        text.sample("x", ["name": "a\"b\\c\nd"], 1)
        #expect(text.text == #"sluice_x{name="a\"b\\c\nd"} 1"# + "\n")
    }

    @Test(arguments: [(0.0, "0"), (3, "3"), (0.25, "0.25"), (1_829_597_700, "1829597700"), (1e20, "1e+20")])
    func `writes whole numbers without a point`(value: Double, expected: String) {
        var text = PrometheusText()
        text.sample("x", [:], value)
        #expect(text.text == "sluice_x \(expected)\n")
    }
}
