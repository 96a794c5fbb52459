import AdminAPI
import ArgumentParser
import Foundation

/// `sluice status`: how a running gateway is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what a running gateway does.",
        discussion: "Exit code 1 when it is not ready to serve devices, 69 when none answers."
    )

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let json = try await management.gateway.client().send(.get, "status")
        let status = try Answer.decode(StatusResource.self, from: json)
        let printer = management.printer
        if printer.isForPrograms {
            try printer.printValue(json)
        } else if management.output.format == .name {
            printer.write(status.node.name + "\n")
        } else {
            printer.printDetails(status.details)
        }
        if !status.ready { throw ExitCode(CommandStatus.answerIsNo.rawValue) }
    }
}

/// `sluice reload`: read the configuration file again.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have a running gateway read its configuration file again.",
        discussion: "A wrong file changes nothing: the old configuration stays, the exit code is 1. Connections stay."
    )

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let json = try await management.gateway.client().send(.post, "reload")
        let report = try Answer.decode(ReloadReport.self, from: json)
        let printer = management.printer
        guard !printer.isForPrograms else { return try printer.printValue(json) }
        if report.changes.isEmpty && report.pendingRestart.isEmpty {
            printer.write("Reloaded; nothing is different.\n")
        }
        for change in report.changes { printer.write("changed: \(change.line)\n") }
        for change in report.pendingRestart { printer.write("takes effect at the next start: \(change.line)\n") }
    }
}

extension ReloadReport.Change {
    fileprivate var line: String { "\(setting): \(old ?? "not set") → \(new ?? "not set")" }
}

extension StatusResource {
    fileprivate var details: [(label: String, value: String)] {
        let doors = node.accessPoints.map { point in
            let listeners = point.listeners.map { "\($0.protocol) \($0.address)" }.joined(separator: ", ")
            let mode = point.mode.map { ", \($0)" } ?? ""
            return ("access point \(point.name)", "\(point.hostname) (\(point.kind)\(mode)), \(listeners)")
        }
        return [
            ("node", "\(node.name), \(ready ? "ready" : "NOT READY")"),
            ("version", "sluice \(node.version), \(node.openSSL)"),
            ("started", node.startedAt.timestamp),
        ] + doors + [
            ("mode", cluster.mode.mode + (cluster.mode.anonymous ? ", anonymous clients allowed" : "")),
            ("TLS", cluster.tls.min == cluster.tls.max ? cluster.tls.min : "\(cluster.tls.min) to \(cluster.tls.max)"),
            (
                "server certificates",
                "\(cluster.serverCertificates.count) of \(cluster.serverCertificates.limit) custom, default "
                    + (cluster.defaultCertificateEnabled ? "enabled" : "disabled")
            ),
            (
                "CA certificates",
                "\(cluster.caCertificates.count) of \(cluster.caCertificates.limit), \(cluster.activeCACertificates) active"
            ),
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
