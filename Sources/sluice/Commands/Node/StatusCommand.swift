import AdminAPI
import ArgumentParser
import Foundation

/// `sluice status`: how a running gateway is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what a running gateway does.",
        discussion: """
            Exit code 1 when it is not ready to serve devices, 69 when none answers.

            Examples:
              sluice status
              sluice status --watch
            """
    )

    @Flag(name: [.long, .customShort("w")], help: "Show it again and again, until interrupted.")
    var watch = false

    @Option(help: ArgumentHelp("How often --watch looks.", valueName: "span"))
    var every = TimeSpan(seconds: 2)

    @OptionGroup var management: ManagementOptions

    func validate() throws {
        guard every.seconds >= 0.1 else {
            throw ValidationError("--every \(every.text): needed a tenth of a second at least.")
        }
    }

    func run() async throws {
        guard watch else {
            if try await print() == false { throw ExitCode(CommandStatus.answerIsNo.rawValue) }
            return
        }
        while true {
            // The cursor goes home and the screen is cleared: what follows stands where the last one stood.
            if Terminal.hasOutput { management.printer.write("\u{1B}[H\u{1B}[2J") }
            do throws(CommandFailure) {
                try await print()
            } catch {
                // A gateway that restarts is what one watches for.
                Terminal.printError("\(Date().timestamp)  \(error.message)")
            }
            try await Task.sleep(for: .seconds(every.seconds))
        }
    }

    /// Fetches and prints it; gives whether the gateway is ready.
    @discardableResult
    private func print() async throws(CommandFailure) -> Bool {
        let json = try await management.gateway.client().get(["status"])
        let status = try Answer.decode(StatusResource.self, from: json)
        let printer = management.printer
        do {
            if printer.isForPrograms {
                try printer.printValue(json)
            } else if management.output.format == .name {
                printer.write(status.node.name + "\n")
            } else {
                printer.printDetails(status.details)
            }
        } catch {
            throw CommandFailure(.unreachable, "The gateway's answer cannot be printed: \(error)")
        }
        return status.ready
    }
}

/// `sluice healthcheck`: for supervisors of containers.
struct HealthcheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Say whether a running gateway is ready to serve devices, and if not, why.",
        discussion: """
            Exit code 0 when it is, 1 when it is not, 69 when none answers.

            Example: HEALTHCHECK CMD sluice healthcheck --config /etc/sluice/sluice.yaml
            """
    )

    @OptionGroup(title: "Which gateway") var gateway: GatewayOption

    func run() async throws {
        let answer = try await gateway.client().health("/readyz?verbose")
        StandardStream.output.write(answer.text)
        if answer.status != 200 { throw ExitCode(CommandStatus.answerIsNo.rawValue) }
    }
}

extension NodeStatus.Listener {
    /// What is spoken where, and for whom if not for all.
    fileprivate var words: String {
        let pages = origins.map { " for pages of \($0.joined(separator: " "))" } ?? ""
        return "\(`protocol`) \(address)\(path ?? "")\(pages)"
    }
}

extension StatusResource {
    fileprivate var details: [(label: String, value: String)] {
        let doors = node.accessPoints.map { point in
            let listeners = point.listeners.map(\.words).joined(separator: ", ")
            let mode = point.mode.map { ", \($0)" } ?? ""
            return ("access point \(point.name)", "\(point.hostname) (\(point.kind)\(mode)), \(listeners)")
        }
        return [
            ("node", "\(node.name), \(ready ? "ready" : "NOT READY")"),
            ("version", "sluice \(node.version), \(node.openSSL)"),
            ("started", node.startedAt.timestamp),
        ] + doors + cluster.details + [
            (
                "connections",
                "\(node.connections.open) open, \(node.connections.accepted) accepted, \(node.connections.refused) refused"
            ),
            (
                "broker",
                "\(node.broker.connectedClients) clients, \(node.broker.sessions) sessions, "
                    + "\(node.broker.subscriptions) subscriptions, \(node.broker.retainedMessages) retained messages"
            ),
            ("registry", "revision \(cluster.revision)"),
        ] + cluster.warnings.map { ("warning", $0) }
    }
}

extension StatusResource.Cluster {
    fileprivate var details: [(label: String, value: String)] {
        [
            ("mode", mode.words),
            ("TLS", tls.min == tls.max ? tls.min : "\(tls.min) to \(tls.max)"),
            (
                "server certificates",
                "\(serverCertificates.count) of \(serverCertificates.limit) custom, default "
                    + (defaultCertificateEnabled ? "enabled" : "disabled")
            ),
            (
                "CA certificates",
                "\(caCertificates.count) of \(caCertificates.limit), \(activeCACertificates) active"
            ),
        ]
    }
}

extension ModeResource {
    fileprivate var words: String {
        switch mode {
        case "one-way": mode + (anonymous ? ", anonymous clients allowed" : "")
        case "one-device-one-certificate" where registration == "automatic":
            mode + ", automatic registration, " + (automaticActivation ? "active at once" : "activated by hand")
        case "one-device-one-certificate": mode + ", registration by hand"
        default: mode
        }
    }
}
