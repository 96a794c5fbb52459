import Foundation

/// How far something is that this program does itself: a bar on a terminal, a line every five seconds elsewhere.
final class ProgressLine {
    private let title: String
    private var next = ContinuousClock.now
    private var isShown = false

    /// How often the bar moves, and how often a line is written where there is no terminal.
    private static let pace = Duration.milliseconds(100)
    private static let linePace = Duration.seconds(5)
    private static let width = 30

    init(_ title: String) {
        self.title = title
        if !Terminal.hasErrors { next += Self.linePace }
    }

    /// Tells of `done` bytes of `total`, if it is time to.
    func show(_ done: Int, of total: Int) {
        guard ContinuousClock.now >= next else { return }
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 0
        let percent = "\(Int(share * 100)) % of \(total >> 20) MiB"
        if Terminal.hasErrors {
            let full = Int(share * Double(Self.width))
            let bar = String(repeating: "█", count: full) + String(repeating: "░", count: Self.width - full)
            StandardStream.error.write("\r\u{1B}[K\(title) \(bar) \(percent)")
            next = .now + Self.pace
        } else {
            Terminal.printError("\(title): \(percent)")
            next = .now + Self.linePace
        }
        isShown = true
    }

    /// Takes the bar away.
    func clear() {
        if isShown, Terminal.hasErrors { StandardStream.error.write("\r\u{1B}[K") }
    }
}
