import ArgumentParser
import Testing

@testable import sluice

@Suite struct `The command line` {
    @Test(arguments: [
        "init demo", "init demo --hostname mqtt.example.net --listen 127.0.0.1:0", "serve", "serve --config a.yaml",
        "config validate --config a.yaml", "config show --origin", "config schema", "status -o json", "status --json",
        "status --watch --every 5s", "healthcheck", "reload", "reload --socket /run/a.sock --no-color",
        "status --server https://h:9443 --token-file t --ca-file c",
        "certs upload --chain a --key b --name c", "certs list -o wide", "certs show c", "certs delete c --dry-run",
        "certs staple c", "certs staple c --file f", "certs staple c --remove",
        "server-certs list", "server-certs show default", "server-certs bind c", "server-certs bind c --slot custom-2",
        "server-certs replace default c --grace 0s", "server-certs unbind custom-1 -y --disconnect",
        "server-certs default enable", "server-certs default disable --yes", "server-certs rotation custom-1",
        "server-certs grace end custom-1", "server-certs grace extend custom-1 --by 1h",
        "ca-certs list -o name", "ca-certs show c", "ca-certs code -o name", "ca-certs register --ca a --inactive",
        "ca-certs register --ca a --name c --verification v", "ca-certs register --ca a --no-proof",
        "ca-certs replace c --ca a --grace 24h", "ca-certs unregister c --keep-sessions", "ca-certs activate c",
        "ca-certs deactivate c", "ca-certs rotation c", "ca-certs grace extend c --until 2026-07-01T12:00:00Z",
        "ca-certs crl c", "ca-certs crl c --file f --on-stale soft-fail", "ca-certs crl c --remove",
        "client-certs list --state active --state revoked --cn a* --ou b --serial 1f --ca c --client-id d",
        "client-certs list --source manual --expired", "client-certs list --expiring 30d --sort -notAfter --all",
        "client-certs list --not-after-before +30d --not-before-after 2026-01-01 --limit 5 --cursor x",
        "client-certs show f", "client-certs history f",
        "client-certs register --ca c --cert f --client-id i --inactive",
        "client-certs import f --ca c --dry-run --unthrottled", "client-certs import --resume 7",
        "client-certs activate f", "client-certs deactivate f", "client-certs revoke f --yes",
        "client-certs delete f --yes", "client-certs purge f --yes", "client-certs tombstones",
        "client-certs export --format jsonl", "client-certs set-client-id f pump-12",
        "client-certs set-client-id f --none", "users add u --password-file -", "users list --search a",
        "users set-password u", "users enable u", "users disable u", "users remove u -y", "users import f --replace",
        "mode show", "mode set two-way", "mode set one-way --anonymous on",
        "mode set one-device-one-certificate --registration automatic --automatic-activation off",
        "tls show", "tls set --min 1.2 --max 1.3 --dry-run", "explain 203.0.113.7", "events -f --kind client_connected",
        "audit list --action client-certificate --from -7d", "audit verify --line 3 --hash 00", "audit export",
        "tokens create ci --role operator --expires-in 90d", "tokens list", "tokens revoke ci", "jobs list",
        "jobs show 7 --follow", "jobs cancel 7", "completions bash", "completions zsh", "completions fish", "version",
        "cname check mqtt.example.net --target a.example.net",
    ])
    func `understands`(line: String) throws {
        _ = try SluiceCommand.parseAsRoot(line.split(separator: " ").map(String.init))
    }

    @Test(arguments: [
        ("mode set three-way", "one-way"), ("mode set two-way --anonymous maybe", "on"),
        ("tls set", "Give --min, --max or both"), ("tls set --min 1.4", "1.4"), ("status -o xml", "xml"),
        ("status --json -o yaml", "contradict"), ("certs upload --chain a", "--key"),
        ("certs frobnicate", "frobnicate"),
        ("users add u --password secret", "--password"), ("client-certs import", "--resume"),
        ("client-certs list --limit 0", "at least 1"), ("client-certs list --limit 5 --all", "contradict"),
        ("server-certs grace extend custom-1", "--by or --until"), ("ca-certs crl c --on-stale hard-fail", "--file"),
        ("status --server https://h --socket s", "two gateways"), ("audit verify --line 3", "go together"),
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
        ("statsu", "There is no sluice statsu. Did you mean: sluice status? See: sluice --help"),
        ("client-cert list", "Did you mean: sluice client-certs? See: sluice --help"),
        ("server-certs grace edn custom-1", "Did you mean: sluice server-certs grace end?"),
        ("users frobnicate", "There is no sluice users frobnicate. See: sluice users --help"),
    ])
    func `knows which verb was meant`(line: String, words: String) {
        #expect(MisspelledVerb.words(for: line.split(separator: " ").map(String.init))?.contains(words) == true)
    }

    @Test(arguments: ["", "--helf", "certs list --jsn", "certs show a b", "help certs", "status"])
    func `leaves what is wrong with anything else to the parser`(line: String) {
        #expect(MisspelledVerb.words(for: line.split(separator: " ").map(String.init)) == nil)
    }

    @Test(arguments: [
        "", "certs", "server-certs", "ca-certs", "client-certs", "users", "mode", "tls", "config", "cname", "tokens",
        "jobs", "audit", "server-certs grace",
    ])
    func `explains itself`(verb: String) throws {
        let arguments = verb.split(separator: " ").map(String.init) + ["--help"]
        var command = try SluiceCommand.parseAsRoot(arguments)
        let help = #expect(throws: (any Error).self) { try command.run() }
        #expect(SluiceCommand.exitCode(for: try #require(help)) == .success)
        #expect(SluiceCommand.fullMessage(for: try #require(help)).contains("USAGE: sluice"))
    }
}
