/// One kind of work, how the load generator is told to do it, and which figure counts.
struct Workload {
    let name: String
    let unit: String
    let peer: Server.Kind
    /// The field of the load generator's answer that is compared; less is better.
    let metric: String
    /// Sluice's figure divided by the peer's is to be at most this.
    let target: Double
    let arguments: [String]
    /// Memory is measured once; CPU for as long as the caller asks.
    var hasDuration = true

    private static let handshakes = ["handshake", "--mqtt", "--conc", "32", "--threads", "2", "--warmup", "1"]
    private static let messages = ["pubsub", "--pubs", "50", "--subs", "50", "--size", "64", "--warmup", "1"]

    static let all = [
        Workload(
            name: "handshake",
            unit: "µs CPU per full mTLS handshake + CONNECT, P-256, TLS 1.3",
            peer: .haproxy,
            metric: "cpu_server_us_per_hs",
            target: 0.75,
            arguments: handshakes
        ),
        Workload(
            name: "resumed",
            unit: "µs CPU per resumed handshake + CONNECT, TLS 1.3",
            peer: .haproxy,
            metric: "cpu_server_us_per_hs",
            target: 0.3,
            arguments: handshakes + ["--resume"]
        ),
        Workload(
            name: "qos0",
            unit: "µs CPU per QoS 0 message 1:1, a record each",
            peer: .mosquitto,
            metric: "cpu_server_s_per_Mmsg",
            target: 0.6,
            arguments: messages + ["--qos", "0", "--window", "20"]
        ),
        Workload(
            name: "qos0-batch",
            unit: "µs CPU per QoS 0 message 1:1, 20 a record",
            peer: .mosquitto,
            metric: "cpu_server_s_per_Mmsg",
            target: 0.6,
            arguments: messages + ["--qos", "0", "--window", "40", "--batch", "20"]
        ),
        Workload(
            name: "qos1",
            unit: "µs CPU per QoS 1 message 1:1, in memory",
            peer: .mosquitto,
            metric: "cpu_server_s_per_Mmsg",
            target: 0.5,
            arguments: messages + ["--qos", "1", "--window", "20"]
        ),
        Workload(
            name: "qos1-kept",
            unit: "µs CPU per QoS 1 message 1:1 to kept sessions; Sluice commits, the peer does not",
            peer: .mosquitto,
            metric: "cpu_server_s_per_Mmsg",
            target: 1.0,
            arguments: messages + ["--qos", "1", "--window", "20", "--persist"]
        ),
        Workload(
            name: "fan-out",
            unit: "µs CPU per delivery, 1 publisher to 500 subscribers, QoS 0",
            peer: .mosquitto,
            metric: "cpu_server_s_per_Mmsg",
            target: 0.3,
            arguments: [
                "pubsub", "--pubs", "1", "--subs", "500", "--pattern", "fanout", "--size", "64", "--qos", "0",
                "--window", "20", "--warmup", "1",
            ]
        ),
        Workload(
            name: "idle",
            unit: "KiB resident per idle mTLS device, 10,000 devices",
            peer: .mosquitto,
            metric: "pss_per_conn_kb",
            target: 1.1,
            arguments: ["idle", "--conns", "10000", "--conc", "64", "--threads", "2", "--hold", "3"],
            hasDuration: false
        ),
    ]
}
