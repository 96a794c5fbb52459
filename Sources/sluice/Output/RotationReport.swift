import AdminAPI
import ArgumentParser
import Foundation

extension ManagementOptions {
    /// Fetches and prints a rotation report; ends with 1 while the grace period is not safe to end.
    func printRotation(of path: ResourcePath) async throws {
        let json = try await gateway.client().get(path.appending("rotation"))
        let report = try Answer.decode(RotationReportResource.self, from: json)
        if printer.isForPrograms {
            try printer.printValue(json)
        } else if output.format == .name {
            for client in report.clients { printer.write((client.clientID ?? client.address) + "\n") }
        } else {
            printer.write(report.words(options: output))
        }
        if !report.safeToClose { throw ExitCode(CommandStatus.answerIsNo.rawValue) }
    }
}

extension RotationReportResource {
    fileprivate func words(options: OutputOptions) -> String {
        guard let grace else { return "No grace period is open: nothing was replaced, or its time is over.\n" }
        let name = grace.name ?? String(grace.superseded.fingerprint.prefix(12))
        var text = "\(name) (\(grace.superseded.subject)) works until \(grace.until.timestamp).\n"
        if safeToClose { return text + "Nobody has needed it: it is safe to end the grace period.\n" }
        text += "\(clientCount) client\(clientCount == 1 ? "" : "s") still needed it:\n"
        var table = TextTable(["CLIENT ID", "SUBJECT", "ADDRESS", "LAST SEEN"])
        for client in clients {
            table.add([client.clientID ?? "-", client.subject ?? "-", client.address, client.lastSeenAt.timestamp])
        }
        let colour = Terminal.allowsColour(noColourFlag: options.noColour)
        return text + table.aligned(wide: options.format == .wide, colour: colour)
    }
}
