import ArgumentParser
import Foundation
import Node

/// Where the configuration file is, when a command needs it.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: [.customLong("config"), .customShort("c")],
        help: ArgumentHelp(
            "The configuration file.",
            discussion: "Default: $SLUICE_CONFIG, else ./sluice.yaml, else /etc/sluice/sluice.yaml.",
            valueName: "file"
        )
    )
    var file: String?

    /// The file to read: the one named, or the first place where one is.
    func path(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandFailure) -> String {
        if let found = found(environment: environment) { return found }
        throw CommandFailure(
            .badConfiguration,
            "There is no configuration: neither \(Self.places.joined(separator: " nor ")) exists. "
                + "Name it (--config FILE), or make one for trying out: sluice init demo"
        )
    }

    /// The file named by the option or the environment, else the first place where one is; nil when there is none.
    func found(environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        file ?? environment["SLUICE_CONFIG"] ?? Self.places.first(where: FileManager.default.fileExists)
    }

    /// Reads and checks the file.
    func load() throws(CommandFailure) -> Configuration {
        let path = try path()
        do {
            return try Configuration.load(path)
        } catch {
            throw CommandFailure(.badConfiguration, "The configuration cannot be used.\n\(error)")
        }
    }

    static let places = ["sluice.yaml", "/etc/sluice/sluice.yaml"]
}

/// Which gateway a management verb talks to.
struct GatewayOption: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(
        help: ArgumentHelp(
            "The gateway's admin socket.",
            discussion: "Default: $SLUICE_SOCKET, else admin.socket of the configuration file.",
            valueName: "path"
        )
    )
    var socket: String?

    /// The client of the gateway that the options, the environment and the configuration file name.
    func client(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> AdminClient {
        if let named = socket ?? environment["SLUICE_SOCKET"] { return AdminClient(socket: named, configuration: nil) }
        let path = try configuration.path(environment: environment)
        return AdminClient(socket: try configuration.load().admin.socket, configuration: path)
    }
}
