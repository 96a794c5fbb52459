import AdminAPI
import Foundation
import Logging
import Node
import OpenSSL

/// What `sluice dev up` runs: a folder as `sluice init` makes it, a zone file, a gateway on it, and devices.
struct TrialDeployment: Sendable {
    let folder: TrialFolder
    /// The names of the devices.
    let devices: [String]

    /// Deployments beside each other have folders of their own.
    init(devices count: Int, listen: String) {
        devices = (0..<count).map { "pump-\($0 + 1)" }
        var folder = TrialFolder(
            path: FileManager.default.temporaryDirectory.path + "/sluice-dev-"
                + UUID().uuidString.prefix(8).lowercased(),
            // The name that `gatewayZone` has an address for.
            hostname: "mqtt-public.sluice.example",
            listen: listen
        )
        // The first is for whoever types.
        folder.devices = [folder.device] + devices
        folder.registersDevices = true
        self.folder = folder
    }

    var path: String { folder.path }

    /// Makes the folder with all that is in it before anything runs.
    func make() throws(CommandFailure) {
        try folder.write(now: Date())
        for (name, zone) in [("demo", customerZone), ("gateway", gatewayZone)] {
            do {
                try Data(zone.utf8).write(to: URL(filePath: "\(path)/\(name).zone"))
            } catch {
                throw CommandFailure(.badInput, "\(path)/\(name).zone cannot be written: \(SystemWords.of(error)).")
            }
        }
    }

    /// Takes the folder away.
    func remove() {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Terminal.printError("\(path) cannot be taken away: \(SystemWords.of(error)).")
        }
    }

    /// Runs gateway and devices until the process is told to end; `ready` is called once with the port.
    func run(ready: @escaping @Sendable (_ port: Int) -> Void) async throws {
        let settings: Configuration
        do {
            settings = try Configuration.load(path + "/sluice.yaml")
        } catch {
            throw CommandFailure(.badConfiguration, "The configuration cannot be used.\n\(error)")
        }
        umask(0o077)
        let log = open(path + "/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let writer = LogWriter(descriptor: log >= 0 ? log : STDERR_FILENO)
        defer {
            writer.close()
            if log >= 0 { close(log) }
        }
        let logger = Logger(label: "sluice") { NodeLogHandler(label: $0, settings: settings.log, writer: writer) }
        let company = Task { try await keepCompany(settings.admin.socket, ready) }
        defer { company.cancel() }
        do {
            try await SluiceNode(configuration: settings, logger: logger).run()
        } catch {
            throw CommandFailure(.unreachable, "The gateway cannot run: \(error)")
        }
    }

    /// Waits for the gateway and lets the devices live, until it is cancelled.
    private func keepCompany(_ socket: String, _ ready: (Int) -> Void) async throws {
        let port = try await port(socket)
        ready(port)
        let authority = try Certificate(pem: text("ca.crt"))
        try await withThrowingTaskGroup { group in
            for device in devices {
                let identity = try TLSIdentity(
                    chain: [Certificate(pem: text("\(device).crt"))],
                    key: PrivateKey(pem: text("\(device).key"))
                )
                let device = TrialDevice(
                    name: device,
                    identity: identity,
                    authority: authority,
                    hostname: folder.hostname,
                    port: port
                )
                group.addTask { await device.live() }
            }
            try await group.waitForAll()
        }
    }

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
    }

    /// The port that the gateway listens on, once it does.
    private func port(_ socket: String) async throws -> Int {
        let client = AdminClient(endpoint: .socket(path: socket, configuration: nil))
        while true {
            try Task.checkCancellation()
            if let json = try? await client.get(["status"]),
                let status = try? Answer.decode(StatusResource.self, from: json), status.ready,
                let address = status.node.accessPoints.first?.listeners.first?.address,
                let port = address.split(separator: ":").last.flatMap({ Int($0) })
            {
                return port
            }
            try await Task.sleep(for: Self.pace)
        }
    }

    /// How often the gateway is asked whether it is there.
    private static let pace = Duration.milliseconds(50)

    /// A customer's name as it should be, and one as it should not.
    private var customerZone: String {
        """
        ; A customer's zone: mqtt.demo.example leads to the gateway by a CNAME record, wrong.demo.example does not.
        $ORIGIN demo.example.
        $TTL 600
        @       IN SOA  ns1 hostmaster 1 3600 900 1209600 300
                IN NS   ns1
        ns1     IN A    127.0.0.1
        mqtt    IN CNAME \(folder.hostname).
        wrong   IN A    192.0.2.1

        """
    }

    /// The zone of the access point's own name, with an address for documentation (RFC 5737).
    private var gatewayZone: String {
        """
        ; The zone that the gateway's host name is in.
        $ORIGIN sluice.example.
        $TTL 600
        @           IN SOA  ns1 hostmaster 1 3600 900 1209600 300
                    IN NS   ns1
        ns1         IN A    127.0.0.1
        mqtt-public IN A    203.0.113.10

        """
    }
}
