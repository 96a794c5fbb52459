import Testing

@testable import Node

@Suite struct `The configuration shown` {
    private static let text =
        ConfigurationSample.smallest + """

            log: { level: debug }
            bootstrap: { tls: { min: "1.2" }, cas: [ca.pem] }
            """

    @Test func `reads back as the same configuration`() throws {
        let configuration = try ConfigurationSample.parse(Self.text)
        let again = try ConfigurationSample.parse(configuration.settings.yaml(origins: false))
        #expect(again.settings.map(\.path) == configuration.settings.map(\.path))
        #expect(again.settings.map(\.value) == configuration.settings.map(\.value))
    }

    @Test func `says where each value comes from`() throws {
        let configuration = try ConfigurationSample.parse(Self.text, environment: ["SLUICE_LOG__FORMAT": "text"])
        let origins = Dictionary(
            configuration.settings.map { ($0.path, $0.origin.description) },
            uniquingKeysWith: { first, _ in first }
        )
        #expect(origins["accessPoints[0].listeners[0].address"] == "/etc/sluice/sluice.yaml:5:18")
        #expect(origins["log.level"] == "/etc/sluice/sluice.yaml:6:15")
        #expect(origins["log.format"] == "$SLUICE_LOG__FORMAT")
        #expect(origins["node.reactors"] == "default")
    }

    @Test func `nests lists and sections as YAML does`() throws {
        let yaml = try ConfigurationSample.parse(Self.text).settings.yaml(origins: false)
        #expect(
            yaml.contains(
                """
                accessPoints:
                  - name: public
                    hostname: mqtt.example.net
                    kind: public
                    listeners:
                      - address: "0.0.0.0:8883"
                        protocol: mqtts

                """
            ),
            "\(yaml)"
        )
        #expect(yaml.contains("  cas:\n    - /etc/sluice/ca.pem\n"), "\(yaml)")
    }

    @Test func `lines up the origins`() throws {
        let lines = try ConfigurationSample.parse(Self.text).settings.yaml(origins: true).split(separator: "\n")
        let columns = Set(lines.compactMap { line in line.firstRange(of: "# ").map { line[..<$0.lowerBound].count } })
        #expect(lines.contains { $0.hasPrefix("  level: debug ") && $0.hasSuffix("# /etc/sluice/sluice.yaml:6:15") })
        #expect(columns.count == 1)
    }
}
