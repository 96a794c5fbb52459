import ArgumentParser
import Foundation

/// `sluice-bench`: CPU per message, CPU per handshake and memory per idle device, beside a peer from Debian in the same minutes.
///
/// Absolute figures move by half from hour to hour on shared machines, so Sluice and the peer run alternately and the
/// program prints ratios with their spread, and says when the machine was too noisy to believe them.
@main
struct SluiceBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice-bench",
        abstract: "Measure Sluice beside Mosquitto and HAProxy, alternately, and print the ratios."
    )

    @Option(help: "The sluice executable, a release build.")
    var sluice = ".build/release/sluice"

    @Option(help: "Where the load generator is built and everything temporary goes.")
    var directory = ".bench"

    @Option(help: "How often each pair is run.")
    var rounds = 3

    @Option(help: "Seconds of each run.")
    var duration = 3.0

    @Option(
        help: ArgumentHelp("Only these, separated by commas.", valueName: "NAMES"),
        transform: { $0.split(separator: ",").map(String.init) }
    )
    var only: [String] = []

    @Flag(help: "Print one JSON line per run as well.")
    var json = false

    func run() throws {
        let bench = try Bench(directory: URL(fileURLWithPath: directory), sluice: URL(fileURLWithPath: sluice))
        let chosen = Workload.all.filter { only.isEmpty || only.contains($0.name) }
        guard !chosen.isEmpty else {
            throw ValidationError("no such workload; there are: \(Workload.all.map(\.name).joined(separator: ", "))")
        }
        print("\(rounds) rounds of \(duration) s, alternately; CPU of the server processes, from /proc\n")
        print(Report.header)
        var noisy = false
        for workload in chosen {
            var pairs: [(ours: Measurement, theirs: Measurement)] = []
            for _ in 0..<rounds {
                let theirs = try bench.measure(workload, on: workload.peer, duration: duration)
                let ours = try bench.measure(workload, on: .sluice, duration: duration)
                pairs.append((ours, theirs))
                if json { print(theirs.line, ours.line, separator: "\n") }
            }
            let report = Report(workload: workload, pairs: pairs)
            print(report.row)
            noisy = noisy || report.isNoisy
        }
        print("\n« ratio » is Sluice divided by the peer, the median of the rounds with the least and the greatest.")
        if noisy {
            print("The machine was noisy: rows marked ~ saw one P-256 verification vary by over 15 %. Run them again.")
        }
    }
}
