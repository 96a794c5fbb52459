import Foundation

/// What one run of the load generator against one server gave.
struct Measurement {
    let value: Double
    /// CPU time of one P-256 verification during the run: how fast the machine was just then.
    let canary: Double
    let lost: Double
    let line: String
}

/// Rounds of one workload, as a row of the table.
struct Report {
    static let header = [
        "workload".padded(12), "peer".padded(10), "Sluice".padded(9), "peer's".padded(9), "ratio".padded(20), "target",
    ].joined()

    let workload: Workload
    let pairs: [(ours: Measurement, theirs: Measurement)]

    private var ratios: [Double] { pairs.map { $0.ours.value / $0.theirs.value }.sorted() }

    /// The machine's own speed moved too much for the ratio to mean anything.
    var isNoisy: Bool {
        let canaries = pairs.flatMap { [$0.ours.canary, $0.theirs.canary] }
        guard let least = canaries.min(), let greatest = canaries.max(), least > 0 else { return true }
        return greatest / least > 1.15
    }

    var row: String {
        let ratio = ratios[ratios.count / 2]
        let lost = pairs.map { $0.ours.lost + $0.theirs.lost }.reduce(0, +)
        return [
            workload.name.padded(12), workload.peer.rawValue.padded(10),
            median(pairs.map(\.ours.value)).padded(9), median(pairs.map(\.theirs.value)).padded(9),
            String(format: "%.2f [%.2f–%.2f]%@", ratio, ratios[0], ratios[ratios.count - 1], isNoisy ? " ~" : "")
                .padded(20),
            String(format: "≤ %.2f %@", workload.target, ratio <= workload.target ? "met " : "MISSED"),
            "  \(workload.unit)", lost > 0 ? "  (\(Int(lost)) messages lost)" : "",
        ].joined()
    }

    private func median(_ values: [Double]) -> String {
        String(format: "%.2f", values.sorted()[values.count / 2])
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String {
        count >= width ? self + " " : self + String(repeating: " ", count: width - count)
    }
}
