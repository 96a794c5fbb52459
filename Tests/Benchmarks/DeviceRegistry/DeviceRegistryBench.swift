import ArgumentParser
import Foundation
import Registry
import SQLiteStorage

/// Measures the client certificate registry at its full size: start, memory, look-up, lists, registrations, imports.
@main
struct DeviceRegistryBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device-registry-bench",
        abstract: "Measure the client certificate registry with many certificates in a SQLite file."
    )

    @Option(help: "Registered certificates.")
    var certificates = 1_000_000

    @Option(help: "Directory for the database; kept and used again.")
    var directory = "/tmp/sluice-device-registry-bench"

    @Option(help: "Times each list is asked for.")
    var repetitions = 11

    @Flag(help: "Leave registrations and imports out.")
    var readOnly = false

    mutating func run() async throws {
        let fleet = Fleet()
        try await fill(fleet)
        try await measure(fleet)
        if !readOnly { try await imports(fleet) }
    }

    private func measure(_ fleet: Fleet) async throws {
        let devices = try await open(fleet)
        lookUp(devices, fleet)
        try await lists(devices, fleet)
        try await combinations(devices, fleet)
        if !readOnly { try await registrations(devices, fleet) }
    }

    private func fill(_ fleet: Fleet) async throws {
        let registry = try SQLiteRegistryStore(in: DataDirectory(claiming: directory))
        if try await registry.load() == nil { try await fleet.registerAuthorities(in: registry) }
        let store = registry.devices
        let stored = try await DeviceControl(store: store, rules: fleet.rules).counts.total
        guard stored < certificates else { return }
        let clock = Stopwatch()
        for start in stride(from: stored, to: certificates, by: 1_000) {
            let records = (start..<min(start + 1_000, certificates)).map { fleet.record($0) }
            try await store.write { transaction in
                for record in records { try transaction.put(record) }
            }
        }
        report("fill", "\(certificates - stored) rows in \(clock) (no audit lines)")
    }

    private func open(_ fleet: Fleet) async throws -> DeviceControl {
        let clock = Stopwatch()
        let registry = try SQLiteRegistryStore(in: DataDirectory(claiming: directory))
        report("start", "database opened and checked in \(clock)")
        let before = residentBytes()
        let loading = Stopwatch()
        let devices = try await DeviceControl(
            store: registry.devices,
            limit: RegistrationLimit(RegistrationLimit.Rate(perSecond: 1_000_000, burst: 1_000_000)),
            rules: fleet.rules
        )
        let count = devices.counts.total
        report("start", "\(count) certificates loaded in \(loading); in all \(clock)")
        let bytes = Double(residentBytes() - before) / Double(max(1, count))
        report("memory", String(format: "%.0f bytes of resident memory per certificate", bytes))
        return devices
    }

    private func lookUp(_ devices: DeviceControl, _ fleet: Fleet) {
        let known = (0..<100_000).map { fleet.fingerprint($0 * 7919 % certificates) }
        let unknown = (0..<100_000).map { fleet.fingerprint(certificates + 10_000_000 + $0) }
        for (name, keys) in [("registered", known), ("unknown", unknown)] {
            let clock = Stopwatch()
            var found = 0
            for key in keys where devices.entry(key) != nil { found += 1 }
            report(
                "look-up",
                String(
                    format: "%.0f ns of processor, %@ (%d found)",
                    clock.processorSeconds / 1e5 * 1e9,
                    name,
                    found
                )
            )
        }
        let clock = Stopwatch()
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            for key in known { _ = devices.entry(key) }
        }
        report(
            "look-up",
            String(
                format: "%.0f ns of processor, registered, two threads at once",
                clock.processorSeconds / 2e5 * 1e9
            )
        )
    }

    private func lists(_ devices: DeviceControl, _ fleet: Fleet) async throws {
        for (name, query) in fleet.queries(count: certificates) {
            var times: [Double] = []
            var processor: [Double] = []
            var first: DevicePage?
            var cursor: String?
            for _ in 0..<repetitions {
                var query = query
                // Goes on from page to page, as people do.
                query.cursor = cursor
                let clock = Stopwatch()
                let page = try await devices.list(query, at: fleet.now)
                times.append(clock.seconds * 1000)
                processor.append(clock.processorSeconds * 1000)
                first = first ?? page
                cursor = page.nextCursor
            }
            times.sort()
            processor.sort()
            let shown = "\(first?.records.count ?? 0) records" + (first?.nextCursor == nil ? "" : ", more")
            report(
                "list",
                String(
                    format: "%7.2f ms median %7.2f ms worst, of processor %7.2f and %7.2f  %@ (%@)",
                    times[times.count / 2],
                    times[times.count - 1],
                    processor[times.count / 2],
                    processor[times.count - 1],
                    name,
                    shown
                )
            )
        }
    }

    /// The first page of every two and three filters together.
    private func combinations(_ devices: DeviceControl, _ fleet: Fleet) async throws {
        var measured: [(milliseconds: Double, processor: Double, name: String)] = []
        var short = 0
        for (name, query) in FilterCombinations(fleet).all {
            let clock = Stopwatch()
            let page = try await devices.list(query, at: fleet.now)
            measured.append((clock.seconds * 1000, clock.processorSeconds * 1000, name))
            if page.records.count < query.limit, page.nextCursor != nil { short += 1 }
        }
        measured.sort { $0.processor < $1.processor }
        let part = { (share: Double) in measured[Int(Double(measured.count - 1) * share)].processor }
        report(
            "filters",
            String(
                format:
                    "%d combinations, of processor: %.2f ms median, %.2f ms of 99 %%, %d over 50 ms (%d of wall clock), "
                    + "%d short pages",
                measured.count,
                part(0.5),
                part(0.99),
                measured.count { $0.processor > 50 },
                measured.count { $0.milliseconds > 50 },
                short
            )
        )
        for slow in measured.suffix(8).reversed() {
            report(
                "filters",
                String(format: "%7.2f ms, of processor %7.2f  %@", slow.milliseconds, slow.processor, slow.name)
            )
        }
    }

    private func registrations(_ devices: DeviceControl, _ fleet: Fleet) async throws {
        let base = certificates + Int(Date().timeIntervalSince1970) * 10_000
        var times: [Double] = []
        for number in 0..<100 {
            let clock = Stopwatch()
            _ = await devices.registerAutomatically(fleet.registration(base + number), at: fleet.now)
            times.append(clock.seconds * 1000)
        }
        times.sort()
        report("register", String(format: "one at a time: %.2f ms median, %.2f ms worst", times[50], times[99]))
        let clock = Stopwatch()
        let registered = await withTaskGroup(of: Bool.self) { group in
            for number in 100..<5_100 {
                group.addTask {
                    let outcome = await devices.registerAutomatically(fleet.registration(base + number), at: fleet.now)
                    if case .registered = outcome { return true } else { return false }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        report(
            "register",
            String(format: "%d at once: %.0f per second", registered, Double(registered) / clock.seconds)
        )
    }

    private func imports(_ fleet: Fleet) async throws {
        for (name, directory, rows) in [
            ("into an empty registry", directory + "-import", 100_000), ("into the full registry", directory, 50_000),
        ] {
            if name.contains("empty") { try? FileManager.default.removeItem(atPath: directory) }
            let registry = try SQLiteRegistryStore(in: DataDirectory(claiming: directory))
            if try await registry.load() == nil { try await fleet.registerAuthorities(in: registry) }
            let devices = try await DeviceControl(store: registry.devices, rules: fleet.rules)
            let jobs = JobControl(devices: devices, now: { Date() }, sleep: { try await Task.sleep(for: $0) })
            let base = certificates + Int(Date().timeIntervalSince1970) * 10_000 + 1_000_000
            let content = (0..<rows).map { ImportRow(line: $0 + 1, .registration(fleet.registration(base + $0))) }
            let clock = Stopwatch()
            let job = try await jobs.startImport(
                ImportRequest(name: "bench", by: fleet.principal, unthrottled: true),
                rows: content
            )
            report("import", String(format: "%d rows received in %.2f s", rows, clock.seconds))
            let running = Stopwatch()
            await jobs.wait(for: job.id)
            let done = try await jobs.job(job.id)
            report(
                "import",
                String(
                    format: "%d registered %@: %.0f per second, %.0f µs of processor each (%@)",
                    done.registered,
                    name,
                    Double(rows) / running.seconds,
                    running.processorSeconds / Double(rows) * 1e6,
                    done.state.rawValue
                )
            )
        }
    }

    private func report(_ what: String, _ words: String) {
        let line = what.padding(toLength: 10, withPad: " ", startingAt: 0) + words + "\n"
        FileHandle.standardOutput.write(Data(line.utf8))
    }
}

/// Wall-clock and processor time since it was made; on a busy machine only the second says much.
struct Stopwatch: CustomStringConvertible {
    private let start = ContinuousClock.now
    private let startOfProcessor = Self.processorSeconds

    var seconds: Double {
        let elapsed = (ContinuousClock.now - start).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    }

    /// Of all threads of this process.
    var processorSeconds: Double { Self.processorSeconds - startOfProcessor }

    var description: String { String(format: "%.2f s (%.2f s of processor)", seconds, processorSeconds) }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Resident memory of this process, from /proc/self/statm.
func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * 4096
}
