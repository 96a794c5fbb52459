import AdminAPI
import ArgumentParser
import Foundation

extension ManagementOptions {
    /// Fetches and prints a rotation report; ends with 1 unless the grace period is safe to end.
    func printRotation(of path: ResourcePath) async throws {
        let json = try await gateway.client().get(path.appending("rotation"))
        let report = try Answer.decode(RotationReportResource.self, from: json)
        if printer.isForPrograms {
            try printer.printValue(json)
        } else if output.format == .name {
            for client in report.clients where client.pending { printer.write(client.client + "\n") }
        } else {
            printer.write(report.words)
            printer.printTable(report.clients, title: "clients that needed it")
            let unlisted = report.clientCount - report.clients.count
            if unlisted > 0 { printer.write("and \(unlisted) more\n") }
        }
        if report.verdict != "safe" { throw ExitCode(CommandStatus.answerIsNo.rawValue) }
    }
}

extension RotationReportResource {
    fileprivate var words: String {
        let name = grace.name ?? String(grace.superseded.fingerprint.prefix(12))
        return """
            \(name) (\(grace.superseded.subject)) works until \(grace.until.timestamp).
            Connections since: \(newConnections) with the new one, \(oldConnections) with the old one.
            \(explanation)

            """
    }
}

extension RotationReportResource.Client: Listed {
    static var columns: [TextTable.Column] {
        ["CLIENT", "COMMON NAME", "ADDRESS", "STILL NEEDS IT", "TIMES", "LAST", .wide("NAME ASKED FOR")]
    }

    var cells: [String] {
        [
            client, commonName ?? "-", address, pending ? "yes" : "no", String(count), lastNeededAt.timestamp,
            serverName ?? "-",
        ]
    }

    var reference: String { client }
}
