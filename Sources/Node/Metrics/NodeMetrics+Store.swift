import MQTTBroker

extension NodeMetrics {
    /// How the broker's store does; nothing with `durability: none`.
    func writeStore(to page: inout MetricPage) {
        guard let statistics = store.statistics else { return }
        page.family("mqtt_store_working", .gauge, "Whether what must be kept can be stored.")
        page.sample(store.state == .working ? 1 : 0)
        page.family("mqtt_store_commits_total", .counter, "Transactions of the broker's store, by result.")
        page.sample(["result": "ok"], statistics.commits)
        page.sample(["result": "failed"], statistics.failures)
        page.family("mqtt_store_changes_total", .counter, "Records written or removed by the broker's store.")
        page.sample(statistics.changes)
        page.family("mqtt_store_commit_seconds_total", .counter, "Time in transactions of the broker's store.")
        page.sample(statistics.seconds)
        page.family("mqtt_store_refused_total", .counter, "What was refused because it could not be stored.")
        page.sample(statistics.refused)
        page.family("mqtt_store_unwritten_bytes", .gauge, "Bytes that wait for the disk.")
        page.sample(statistics.pendingBytes)
        page.family("mqtt_store_file_bytes", .gauge, "Bytes of the broker's database and its journal.")
        page.sample(store.fileBytes)
    }

    /// The store at one moment.
    struct Store {
        let state: StorageState
        let statistics: StorageStatistics?
        let fileBytes: Int

        init(_ broker: Broker, fileBytes: Int) {
            state = broker.storageState
            statistics = broker.storageStatistics
            self.fileBytes = fileBytes
        }
    }
}
