import ArgumentParser
import Credentials
import Foundation
import Logging
import Node

/// `sluice serve`: the gateway.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the gateway until it is told to stop.",
        discussion: """
            SIGTERM and SIGINT: tell the clients, let connections end, stop. SIGHUP: read the configuration file again; a \
            wrong one changes nothing. The log goes to standard error.

            Example: sluice serve --config /etc/sluice/sluice.yaml
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let settings = try configuration.load()
        // Whatever the gateway makes (database, socket, lock) is its owner's alone.
        umask(0o077)
        let writer = LogWriter()
        defer { writer.close() }
        let logger = Logger(label: "sluice") { label in
            NodeLogHandler(label: label, settings: settings.log, writer: writer)
        }
        do {
            try await SluiceNode(configuration: settings, logger: logger).run()
        } catch let error as CredentialsError {
            throw CommandFailure(.badConfiguration, "The gateway cannot start: \(error)")
        } catch let error as ConfigurationError {
            throw CommandFailure(.badConfiguration, "The gateway cannot start.\n\(error)")
        } catch let error as NodeError {
            throw CommandFailure(.badConfiguration, "The gateway cannot start: \(error)")
        } catch {
            throw CommandFailure(.unreachable, "The gateway cannot run: \(error)")
        }
    }
}
