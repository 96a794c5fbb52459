import ArgumentParser
import Foundation
import Reactors

/// `sluice dev`: a gateway with everything around it, to look at and throw away.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "A gateway with devices of its own, to try everything on.",
        discussion: "Example: sluice dev up",
        subcommands: [Up.self]
    )

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a CA, a gateway and some devices until Ctrl-C; prints what to type next.",
            discussion: """
                All of it is in a new folder: keys, configuration, a zone file, the registry, the log. The folder goes at \
                the end, unless --keep is given. The devices register themselves, publish a reading every two seconds, \
                and come back when they are sent away: revoke one, and ask why it is refused.

                Example: sluice dev up --devices 5 --keep
                """
        )

        @Flag(help: "Leave the folder where it is.")
        var keep = false

        @Option(help: "How many devices.")
        var devices = 3

        @Option(help: ArgumentHelp("Where to listen; port 0 takes a free one.", valueName: "address:port"))
        var listen = "127.0.0.1:0"

        /// More would not show more, and each is a process's worth of work in this one.
        private static let mostDevices = 100

        func validate() throws {
            guard (0...Self.mostDevices).contains(devices) else {
                throw ValidationError("--devices \(devices): needed 0 to \(Self.mostDevices).")
            }
            do {
                _ = try SocketAddress(listen)
            } catch {
                throw ValidationError("--listen: \(error)")
            }
        }

        func run() async throws {
            let deployment = TrialDeployment(devices: devices, listen: listen)
            try deployment.make()
            defer { if !keep { deployment.remove() } }
            try await deployment.run { [keep] port in
                StandardStream.output.write(deployment.words(port: port, isKept: keep))
            }
            if keep { StandardStream.output.write("Kept: \(deployment.path)\n") }
        }
    }
}

extension TrialDeployment {
    /// What there is, and what to type next.
    fileprivate func words(port: Int, isKept: Bool) -> String {
        let device = folder.device
        let keys = "--cafile \(path)/ca.crt --cert \(path)/\(device).crt --key \(path)/\(device).key"
        let count = devices.count == 1 ? "one device" : "\(devices.count) devices"
        let end = isKept ? "Ctrl-C ends it; the folder stays." : "Ctrl-C ends it, and the folder goes."
        return """
            A gateway with \(count) runs in \(path)
            It listens on port \(port); each device publishes on demo/… every two seconds. \(end)

            Type next, in another terminal:
              export SLUICE_CONFIG=\(path)/sluice.yaml
              sluice status
              sluice clients list
              mosquitto_sub -h localhost -p \(port) \(keys) -i me -t 'demo/#' -v
              sluice clients show \(devices.first ?? "me")
              sluice client-certs list
              sluice client-certs revoke FINGERPRINT       then: sluice explain \(devices.last ?? "me")
              sluice cname check mqtt.demo.example --zone \(path)/demo.zone --zone \(path)/gateway.zone
              sluice events --follow


            """
    }
}
