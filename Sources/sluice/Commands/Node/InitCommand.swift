import ArgumentParser
import Foundation
import Reactors
import Registry

/// `sluice init`: everything that a first try needs.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a folder for trying it out: CA, certificates, keys, configuration.",
        discussion: """
            Nothing is overwritten. For production use certificates of your own CA; the configuration is a good start.

            Example: sluice init demo && sluice serve --config demo/sluice.yaml
            """
    )

    @Argument(help: "The folder to make.")
    var folder: String

    @Option(help: "The access point's host name, which the server certificate is for (besides localhost).")
    var hostname = "mqtt-public.sluice.example"

    @Option(help: ArgumentHelp("Where to listen.", valueName: "address:port"))
    var listen = "0.0.0.0:8883"

    func validate() throws {
        do {
            let name = try DomainName(hostname)
            guard !name.isWildcard, name.parent != nil else {
                throw ValidationError("--hostname \(hostname): needed a host name such as mqtt.example.net.")
            }
        } catch let error as RegistryError {
            throw ValidationError("--hostname: \(error)")
        }
        do {
            _ = try SocketAddress(listen)
        } catch {
            throw ValidationError("--listen: \(error)")
        }
    }

    func run() throws {
        let trial = TrialFolder(path: folder, hostname: hostname, listen: listen)
        try trial.write(now: Date())
        print(nextSteps(trial))
    }

    private func nextSteps(_ trial: TrialFolder) -> String {
        let port = listen.split(separator: ":").last.flatMap { $0 == "0" ? nil : String($0) } ?? "PORT"
        let client =
            "--cafile \(folder)/ca.crt --cert \(folder)/\(trial.device).crt --key \(folder)/\(trial.device).key"
        return """
            Made \(folder):
              sluice.yaml                      the configuration, with comments
              ca.crt, ca.key                   a CA for trying out; it signs server and device
              server.crt, server.key           the default server certificate, for \(hostname) and localhost
              \(trial.device).crt, \(trial.device).key       a device's certificate
              master.key                       encrypts private keys at rest: keep it safe, keep a copy

            Next:
              sluice serve --config \(folder)/sluice.yaml
              mosquitto_sub -h localhost -p \(port) \(client) -i \(trial.device) -t 'demo/#' -v
              sluice status --config \(folder)/sluice.yaml
            """
    }
}
