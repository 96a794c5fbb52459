import Foundation

extension NodeMetrics {
    /// What the process takes of the machine, under the names that every Prometheus client uses.
    func writeProcess(to page: inout MetricPage) {
        guard let process = ProcessFacts.current else { return }
        page.family("process_cpu_seconds_total", .counter, "Processor time, user and system.")
        page.sample(process.processorSeconds)
        page.family("process_resident_memory_bytes", .gauge, "Memory that is resident.")
        page.sample(process.residentBytes)
        page.family("process_virtual_memory_bytes", .gauge, "Memory that is mapped.")
        page.sample(process.virtualBytes)
        page.family("process_open_fds", .gauge, "Descriptors that are open.")
        page.sample(process.openDescriptors)
        page.family("process_max_fds", .gauge, "Descriptors that may be open.")
        page.sample(process.descriptorLimit)
        page.family("process_start_time_seconds", .gauge, "When the process began, in seconds since 1970.")
        page.sample(startedAt.timeIntervalSince1970)
    }
}

/// What the system says of this process: proc(5).
private struct ProcessFacts {
    let processorSeconds: Double
    let residentBytes: Double
    let virtualBytes: Double
    let openDescriptors: Double
    let descriptorLimit: Double

    static var current: ProcessFacts? {
        guard let stat = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let descriptors = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        else { return nil }
        // Behind the name, which is in parentheses and may hold anything: field 3 is the state.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ").map { Double($0) ?? 0 }
        guard fields.count > residentField else { return nil }
        var limit = rlimit()
        _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ProcessFacts(
            processorSeconds: (fields[userField] + fields[userField + 1]) / Double(sysconf(Int32(_SC_CLK_TCK))),
            residentBytes: fields[residentField] * Double(sysconf(Int32(_SC_PAGESIZE))),
            virtualBytes: fields[residentField - 1],
            openDescriptors: Double(descriptors.count),
            descriptorLimit: Double(limit.rlim_cur)
        )
    }

    /// proc(5): `utime` is field 14 and `rss` field 24, counted from 1; the first here is field 3.
    private static let userField = 11
    private static let residentField = 21
}
