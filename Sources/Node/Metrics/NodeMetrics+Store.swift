import MQTTBroker

extension NodeMetrics {
    /// How the broker's store does; nothing with `durability: none`.
    func writeStore(to page: inout MetricPage) {
        guard let statistics = store.statistics else { return }
        page.family("mqtt_store_commits_total", .counter, "Transactions of the broker's store, by result.")
        page.sample(["result": "ok"], statistics.commits)
        page.sample(["result": "failed"], statistics.failures)
        let figures: [(name: String, kind: MetricFamily.Kind, help: String, value: Double)] = [
            ("working", .gauge, "Whether what must be kept can be stored.", store.state == .working ? 1 : 0),
            ("changes_total", .counter, "Records written or removed.", Double(statistics.changes)),
            ("commit_seconds_total", .counter, "Time in transactions.", statistics.seconds),
            ("refused_total", .counter, "What was refused because it could not be stored.", Double(statistics.refused)),
            ("unwritten_bytes", .gauge, "Bytes that wait for the disk.", Double(statistics.pendingBytes)),
            ("file_bytes", .gauge, "Bytes of the broker's database and its journal.", Double(store.fileBytes)),
        ]
        for figure in figures {
            page.family("mqtt_store_\(figure.name)", figure.kind, figure.help)
            page.sample(figure.value)
        }
    }

    /// The store at one moment.
    struct Store {
        let state: StorageState
        let statistics: StorageStatistics?
        let fileBytes: Int
    }
}
