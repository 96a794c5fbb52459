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
        ),
        completion: .file()
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

    /// As `load`, and looks whether the files that the configuration names are there.
    func loadWithFiles() throws(CommandFailure) -> Configuration {
        let configuration = try load()
        do {
            try configuration.checkFiles()
            return configuration
        } catch {
            throw CommandFailure(.badConfiguration, "The configuration names files that cannot be used.\n\(error)")
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
        ),
        completion: .file()
    )
    var socket: String?

    @Option(
        help: ArgumentHelp(
            "A gateway elsewhere, by the admin address of its configuration.",
            discussion: "Default: $SLUICE_SERVER. Needs a token.",
            valueName: "https://host:port"
        )
    )
    var server: String?

    @Option(
        name: .customLong("token-file"),
        help: ArgumentHelp(
            "The file with the token for --server.",
            discussion: "Default: $SLUICE_TOKEN_FILE. sluice tokens create makes one.",
            valueName: "file"
        ),
        completion: .file()
    )
    var tokenFile: String?

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp(
            "The CAs that the certificate of --server must chain to, as PEM.",
            discussion: "Default: $SLUICE_CA_FILE, else those that this machine trusts.",
            valueName: "file"
        ),
        completion: .file()
    )
    var caFile: String?

    func validate() throws {
        if server != nil, socket != nil {
            throw ValidationError("--server and --socket name two gateways; give one of them.")
        }
    }

    /// The client of the gateway that the options, the environment and the configuration file name.
    func client(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> AdminClient {
        AdminClient(endpoint: try endpoint(environment))
    }

    /// Options go before the environment, and that before the configuration file.
    private func endpoint(_ environment: [String: String]) throws(CommandFailure) -> AdminEndpoint {
        if let socket { return .socket(path: socket, configuration: nil) }
        if let server { return try remote(server, environment) }
        if let socket = environment["SLUICE_SOCKET"] { return .socket(path: socket, configuration: nil) }
        if let server = environment["SLUICE_SERVER"] { return try remote(server, environment) }
        let path = try configuration.path(environment: environment)
        return .socket(path: try configuration.load().admin.socket, configuration: path)
    }

    private func remote(_ url: String, _ environment: [String: String]) throws(CommandFailure) -> AdminEndpoint {
        .server(
            try AdminServerAddress(
                url: url,
                tokenFile: tokenFile ?? environment["SLUICE_TOKEN_FILE"],
                caFile: caFile ?? environment["SLUICE_CA_FILE"]
            )
        )
    }
}
