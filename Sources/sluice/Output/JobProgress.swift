import AdminAPI
import ArgumentParser
import Foundation

/// Shows how far a job is, until it ends.
struct JobProgress {
    let client: AdminClient
    let id: String

    /// How often the gateway is asked.
    private static let pace = Duration.milliseconds(250)
    /// How often a line is written where there is no terminal.
    private static let linePace = Duration.seconds(5)

    /// Waits for the job's end and prints the job; ends with 1 when it was not finished, or not all of it could be done.
    func follow(printer: ResultPrinter) async throws {
        let clock = ContinuousClock()
        var nextLine = clock.now
        while true {
            let json = try await client.get(["jobs", id])
            let job = try Answer.decode(JobResource.self, from: json)
            if Terminal.hasErrors {
                StandardStream.error.write("\r\u{1B}[K\(job.progress)")
            } else if clock.now >= nextLine, !job.isOver {
                Terminal.printError(job.progress)
                nextLine = clock.now + Self.linePace
            }
            if job.isOver {
                if Terminal.hasErrors { StandardStream.error.write("\r\u{1B}[K") }
                try printer.printOne(job, json: json)
                if job.state != "finished" || job.failed > 0 { throw ExitCode(CommandStatus.answerIsNo.rawValue) }
                return
            }
            try await Task.sleep(for: Self.pace)
        }
    }
}

extension JobResource {
    /// Whether nothing more will happen.
    var isOver: Bool { finishedAt != nil }

    /// One line for people who wait.
    fileprivate var progress: String {
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 0
        let width = 30
        let full = Int(share * Double(width))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        let troubles = failed > 0 ? ", \(failed) could not be" : ""
        return "job \(id) \(bar) \(done) of \(total): \(registered) registered, \(unchanged) were there\(troubles)"
    }
}

extension JobResource: Listed {
    static var columns: [TextTable.Column] {
        [
            "JOB", "NAME", "STATE", "DONE", "TOTAL", "REGISTERED", "UNCHANGED", "FAILED", .wide("BY"),
            .wide("CREATED"), .wide("FINISHED"),
        ]
    }

    var cells: [String] {
        [
            String(id), name, state, String(done), String(total), String(registered), String(unchanged),
            String(failed), principal, createdAt.timestamp, finishedAt?.timestamp ?? "-",
        ]
    }

    var reference: String { String(id) }

    var details: [(label: String, value: String)] {
        let kind = (dryRun ? ", changes nothing" : "") + (unthrottled ? ", unthrottled" : "")
        var lines: [(label: String, value: String)] = [
            ("job", "\(id) (\(name)), \(state)\(kind)"), ("started", "\(createdAt.timestamp) by \(principal)"),
            ("progress", "\(done) of \(total)"), (dryRun ? "would register" : "registered", String(registered)),
            ("there already", String(unchanged)), ("not possible", String(failed)),
        ]
        if let finishedAt { lines.append(("ended", finishedAt.timestamp)) }
        if let reason { lines.append(("because", reason)) }
        return lines + failures.map { ("line \($0.line)", $0.words) }
    }
}
