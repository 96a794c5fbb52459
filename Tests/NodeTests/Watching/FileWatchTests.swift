import Testing

@testable import Node

@Suite("A watch on files") struct FileWatchTests {
    /// Looks at stamps given by number (0: not there), and what each look decided; `!` behind a reading that failed.
    private static func decisions(_ looks: [[UInt64]], failing: Set<Int> = []) -> [String] {
        var watch = FileWatch()
        return looks.enumerated().map { index, stamps in
            switch watch.look(stamps.map { $0 == 0 ? nil : FileStamp($0) }) {
            case .rest: return "-"
            case .missing(let places): return "missing \(places)"
            case .read:
                watch.noteOutcome(isUsable: !failing.contains(index))
                return failing.contains(index) ? "read!" : "read"
            }
        }
    }

    struct Story: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let looks: [[UInt64]]
        var failing: Set<Int> = []
        let decisions: [String]
    }

    @Test(
        arguments: [
            Story(
                testDescription: "reads once what does not change",
                looks: [[1, 2], [1, 2], [1, 2], [1, 2]],
                decisions: ["-", "read", "-", "-"]
            ),
            Story(
                testDescription: "waits until chain and key both stand still",
                looks: [[1, 2], [1, 2], [3, 2], [3, 4], [3, 4], [3, 4]],
                decisions: ["-", "read", "-", "-", "read", "-"]
            ),
            Story(
                testDescription: "reads again when a chain's key comes late",
                looks: [[1, 2], [1, 2], [3, 2], [3, 2], [3, 2], [3, 4], [3, 4], [3, 4]],
                failing: [3],
                decisions: ["-", "read", "-", "read!", "-", "-", "read", "-"]
            ),
            Story(
                testDescription: "says once that a file is gone, and reads it when it is back",
                looks: [[1], [1], [0], [0], [0], [5], [5], [0], [0]],
                decisions: ["-", "read", "-", "missing [0]", "-", "-", "read", "-", "missing [0]"]
            ),
            Story(
                testDescription: "does not mind a file that is gone for the moment of a swap",
                looks: [[1], [1], [0], [2], [2], [2]],
                decisions: ["-", "read", "-", "-", "read", "-"]
            ),
            Story(
                testDescription: "does not read the old file again that is put back",
                looks: [[1], [1], [0], [0], [1], [1]],
                decisions: ["-", "read", "-", "missing [0]", "-", "-"]
            ),
            Story(
                testDescription: "tries what could not be used now and then, as it may wait for something else",
                looks: Array(repeating: [1], count: 13),
                failing: [1],
                decisions: ["-", "read!"] + Array(repeating: "-", count: 9) + ["read", "-"]
            ),
        ]
    )
    func story(_ story: Story) {
        #expect(Self.decisions(story.looks, failing: story.failing) == story.decisions)
    }
}
