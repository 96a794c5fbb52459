@testable import Node

/// Configurations for the tests: a file named `/etc/sluice/sluice.yaml` on a host `gw-1` with four cores.
enum ConfigurationSample {
    static let file = "/etc/sluice/sluice.yaml"

    /// The least that is a configuration.
    static let smallest = """
        accessPoints:
          - name: public
            hostname: mqtt.example.net
            listeners:
              - address: 0.0.0.0:8883
        """

    static func parse(_ text: String, environment: [String: String] = [:]) throws(ConfigurationError) -> Configuration {
        try Configuration.parse(
            text,
            file: file,
            environment: environment,
            host: Configuration.HostFacts(name: "gw-1", cores: 4)
        )
    }

    /// What is wrong with the text, a problem a line, with the file's name left out.
    static func problems(_ text: String, environment: [String: String] = [:]) -> [String] {
        do throws(ConfigurationError) {
            _ = try parse(text, environment: environment)
            return []
        } catch {
            return error.problems.map { $0.description.replacing("\(file):", with: "") }
        }
    }
}
