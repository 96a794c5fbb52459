import ArgumentParser
import Foundation
import MQTTBroker
import MQTTCodec
import SQLiteStorage

/// What the broker's store costs: CPU and time per message that is kept and acknowledged, and per message that waits at a
/// start.
///
///     swift run -c release broker-store-bench --messages 1000000
@main
struct BrokerStoreBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker-store-bench",
        abstract: "Time the broker's store with invented messages."
    )

    @Option(help: "Messages in each part.")
    var messages = 1_000_000
    @Option(help: "Messages that share a commit.")
    var batch = 1000
    @Option(help: "Sessions that the messages are for, in turn.")
    var sessions = 1000
    @Option(help: "Commits between a message and its acknowledgement.")
    var lag = 2
    @Option(help: "Bytes of a payload.")
    var payload = 100
    @Option(help: "Where the data directory is made, and removed.")
    var folder = NSTemporaryDirectory()

    func run() throws {
        let path = folder + "/broker-store-bench-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        print("\(messages) messages of \(payload) bytes, \(batch) a commit, \(sessions) sessions")
        try through(path)
        try waiting(path)
        try starting(path)
    }

    /// Messages that are stored, delivered and acknowledged.
    private func through(_ path: String) throws {
        let store = try SQLiteSessionStore(in: DataDirectory(claiming: path))
        let clock = Stopwatch()
        var acknowledged = 0
        var commits = 0
        for start in stride(from: 0, to: messages, by: batch) {
            let end = min(start + batch, messages)
            var changes: [StoreChange] = []
            changes.reserveCapacity(4 * batch)
            for number in start..<end { put(number, into: &changes) }
            while acknowledged < end - lag * batch {
                remove(acknowledged, into: &changes)
                acknowledged += 1
            }
            try store.commit(StoreBatch(changes))
            commits += 1
        }
        let used = clock.reading()
        report("stored and acknowledged", used, rows: 2 * (messages + acknowledged))
        print("  \(milliseconds(used.wall / Double(commits))) a commit of \(batch)")
        try store.commit(
            StoreBatch(
                (acknowledged..<messages).flatMap { number in
                    var changes: [StoreChange] = []
                    remove(number, into: &changes)
                    return changes
                }
            )
        )
    }

    /// Messages that are stored and stay.
    private func waiting(_ path: String) throws {
        let store = try SQLiteSessionStore(in: DataDirectory(claiming: path))
        let clock = Stopwatch()
        for start in stride(from: 0, to: messages, by: batch) {
            var changes: [StoreChange] = []
            for number in start..<min(start + batch, messages) { put(number, into: &changes) }
            try store.commit(StoreBatch(changes))
        }
        report("stored and waiting", clock.reading(), rows: 2 * messages)
    }

    /// A start with all of them.
    private func starting(_ path: String) throws {
        let before = residentBytes()
        var clock = Stopwatch()
        let store = try SQLiteSessionStore(in: DataDirectory(claiming: path))
        let opened = clock.reading()
        clock = Stopwatch()
        var count = 0
        try store.load { _ in count += 1 }
        let loaded = clock.reading()
        let bytes = try FileManager.default.attributesOfItem(atPath: store.path)[.size] as? Int ?? 0
        print(
            "start with \(count) records, \(bytes >> 20) MiB: opened and checked in \(milliseconds(opened.wall)), "
                + "read in \(milliseconds(loaded.wall)); \((residentBytes() - before) >> 20) MiB more in memory"
        )
    }

    private func put(_ number: Int, into changes: inout [StoreChange]) {
        let topic = "plant/\(number % sessions)/temperature"
        let content = Array(topic.utf8) + [UInt8](repeating: 0x78, count: payload)
        guard
            let message = StoredMessage(
                id: UInt64(number + 1),
                topicCount: UInt32(topic.utf8.count),
                propertiesCount: 0,
                qos: .atLeastOnce,
                retain: false,
                expiry: nil,
                content: content
            )
        else { return }
        changes.append(.put(.message(message)))
        changes.append(
            .put(
                .delivery(
                    StoredDelivery(
                        session: session(number),
                        sequence: UInt64(number / sessions),
                        message: message.id,
                        qos: .atLeastOnce
                    )
                )
            )
        )
    }

    private func remove(_ number: Int, into changes: inout [StoreChange]) {
        let sequence = UInt64(number / sessions)
        changes.append(.removeDeliveries(session(number), sequence...sequence))
        changes.append(.removeMessage(UInt64(number + 1)))
    }

    private func session(_ number: Int) -> SessionKey { SessionKey(UInt64(number % sessions + 1)) }

    private func report(_ title: String, _ used: Stopwatch.Reading, rows: Int) {
        let perMessage = String(format: "%.2f", used.processor / Double(messages) * 1e6)
        let wall = String(format: "%.2f", used.wall / Double(messages) * 1e6)
        print("\(title): \(perMessage) µs CPU and \(wall) µs a message, \(Int(Double(rows) / used.wall)) rows/s")
    }

    private func milliseconds(_ seconds: Double) -> String { String(format: "%.1f ms", seconds * 1000) }

    /// This process's memory, in bytes.
    private func residentBytes() -> Int {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (pages.flatMap { Int($0[1]) } ?? 0) * 4096
    }
}

/// Time on the wall and of the processor since it was made.
struct Stopwatch {
    struct Reading {
        let wall: Double
        let processor: Double
    }

    private let start = Stopwatch.now()

    func reading() -> Reading {
        let now = Self.now()
        return Reading(wall: now.wall - start.wall, processor: now.processor - start.processor)
    }

    private static func now() -> Reading {
        Reading(wall: seconds(CLOCK_MONOTONIC), processor: seconds(CLOCK_PROCESS_CPUTIME_ID))
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
