import ArgumentParser
import Testing

@testable import sluice

@Suite struct `The command line` {
    @Test(arguments: [
        "init demo", "init demo --hostname mqtt.example.net --listen 127.0.0.1:0", "serve", "serve --config a.yaml",
        "config validate --config a.yaml", "config show --origin", "status -o json", "status --json",
        "certs upload --chain a --key b --name c", "certs list -o wide", "certs show c", "certs delete c --dry-run",
        "server-certs list", "server-certs show default", "server-certs bind c", "server-certs bind c --slot custom-2",
        "server-certs replace default c --yes", "server-certs unbind custom-1 -y", "server-certs default enable",
        "server-certs default disable --yes", "ca-certs list -o name", "ca-certs show c",
        "ca-certs register --ca a --name c --inactive", "ca-certs unregister c", "ca-certs activate c",
        "ca-certs deactivate c", "mode show", "mode set two-way", "mode set one-way --anonymous on", "tls show",
        "tls set --min 1.2 --max 1.3 --dry-run", "reload", "version", "reload --socket /run/a.sock --no-color",
        "cname check mqtt.example.net --target a.example.net",
    ])
    func `understands`(line: String) throws {
        _ = try SluiceCommand.parseAsRoot(line.split(separator: " ").map(String.init))
    }

    @Test(arguments: [
        ("mode set one-device-one-certificate", "one-way"), ("mode set two-way --anonymous maybe", "on"),
        ("tls set", "Give --min, --max or both"), ("tls set --min 1.4", "1.4"), ("status -o xml", "xml"),
        ("status --json -o yaml", "contradict"), ("certs upload --chain a", "--key"), ("certs frobnicate", "frobnicate"),
        ("init", "folder"), ("init a --hostname *.example.net", "needed a host name"),
        ("init a --hostname under..score", "under..score"), ("init a --listen 8883", "8883"),
    ])
    func `refuses with the usage exit code and a hint`(line: String, hint: String) {
        do {
            _ = try SluiceCommand.parseAsRoot(line.split(separator: " ").map(String.init))
            Issue.record("\(line) was understood")
        } catch {
            #expect(SluiceCommand.exitCode(for: error).rawValue == CommandStatus.usage.rawValue)
            #expect(SluiceCommand.fullMessage(for: error).contains(hint), "\(SluiceCommand.fullMessage(for: error))")
        }
    }

    @Test(arguments: [
        "", "certs", "server-certs", "ca-certs", "mode", "tls", "config", "cname",
    ])
    func `explains itself`(verb: String) throws {
        let arguments = verb.split(separator: " ").map(String.init) + ["--help"]
        var command = try SluiceCommand.parseAsRoot(arguments)
        let help = #expect(throws: (any Error).self) { try command.run() }
        #expect(SluiceCommand.exitCode(for: try #require(help)) == .success)
        #expect(SluiceCommand.fullMessage(for: try #require(help)).contains("USAGE: sluice"))
    }
}
