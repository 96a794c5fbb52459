import Foundation
import Logging
import Synchronization

/// Something that is kept in files which somebody else renews.
protocol WatchedMaterial: Sendable {
    /// What it is, for log lines: `certificate of custom-1`.
    var title: String { get }
    /// The files, all of which are needed.
    var files: [String] { get }

    /// Reads the files and puts what they hold in force; tells what that changed, nil for nothing.
    ///
    /// Throws what keeps them from being used; what is in force stays.
    func refresh(at now: Date) async throws -> String?
}

/// Looks at files every second and puts in force what was renewed.
final class FileWatchers: Sendable {
    /// How often files are looked at: one stat(2) each.
    static let interval = Duration.seconds(1)

    private struct Entry: Sendable {
        let material: any WatchedMaterial
        var watch = FileWatch()
        var problem: String?
    }

    private let entries: Mutex<[Entry]>
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let stamp: @Sendable (String) -> FileStamp?

    init(
        _ materials: [any WatchedMaterial],
        logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() },
        stamp: @escaping @Sendable (String) -> FileStamp? = { FileStamp(path: $0) }
    ) {
        entries = Mutex(materials.map { Entry(material: $0) })
        self.logger = logger
        self.now = now
        self.stamp = stamp
    }

    /// Takes one look at every file, and reads those that have changed and stand still.
    func look() async {
        for index in 0..<entries.withLock(\.count) { await look(at: index) }
    }

    /// Reads every file as it is now: for the start, before anybody is served.
    func readAll() async {
        for index in 0..<entries.withLock(\.count) {
            // The first look only sees, the second finds that nothing moves.
            await look(at: index)
            await look(at: index)
        }
    }

    private func look(at index: Int) async {
        let material = entries.withLock { $0[index].material }
        let stamps = material.files.map(stamp)
        switch entries.withLock({ $0[index].watch.look(stamps) }) {
        case .rest: return
        case .missing(let places):
            let files = places.map { material.files[$0] }.joined(separator: ", ")
            tell(index, "\(files) not there", "what was read before stays in force")
        case .read:
            do {
                let change = try await material.refresh(at: now())
                settle(index, isUsable: true)
                if let change {
                    logger.notice("files read", metadata: ["what": "\(material.title)", "change": "\(change)"])
                }
            } catch {
                settle(index, isUsable: false)
                tell(index, "\(error)", "waiting for other files; what was read before stays in force")
            }
        }
    }

    private func settle(_ index: Int, isUsable: Bool) {
        let hadProblem = entries.withLock { entries in
            entries[index].watch.noteOutcome(isUsable: isUsable)
            guard isUsable, entries[index].problem != nil else { return false }
            entries[index].problem = nil
            return true
        }
        guard hadProblem else { return }
        let title = entries.withLock { $0[index].material.title }
        logger.notice("files can be used again", metadata: ["what": "\(title)"])
    }

    /// Says a problem once, however often it is found.
    private func tell(_ index: Int, _ problem: String, _ consequence: String) {
        let title: String? = entries.withLock { entries in
            guard entries[index].problem != problem else { return nil }
            entries[index].problem = problem
            return entries[index].material.title
        }
        guard let title else { return }
        logger.warning(
            "files cannot be used",
            metadata: ["what": "\(title)", "problem": "\(problem)", "consequence": "\(consequence)"]
        )
    }

    /// What cannot be used now, for the metrics and readiness.
    var problems: Int { entries.withLock { $0.count { $0.problem != nil } } }
}
