import MQTTCodec
package import Reactors

/// What the broker says of itself at one moment.
package struct SystemSample: Sendable {
    /// What the broker has done and holds.
    package var statistics: BrokerStatistics
    /// Connections that came in at the listeners, refused ones included.
    package var sockets: UInt64
    /// Bytes of the heap in use; nil where nobody knows.
    package var heapBytes: UInt64?
    /// When that was.
    package var time: MonotonicTime

    /// A sample taken at `time`.
    package init(statistics: BrokerStatistics, sockets: UInt64, heapBytes: UInt64?, time: MonotonicTime) {
        self.statistics = statistics
        self.sockets = sockets
        self.heapBytes = heapBytes
        self.time = time
    }
}

/// `$SYS/broker/…`: which topics there are, what they say, and which of them say something new.
///
/// Names and meanings are those of mosquitto(8). No I/O, no clock: samples come in, messages go out.
package struct SystemTopics: Sendable {
    /// A topic with what it says from now on.
    package struct Message: Hashable, Sendable {
        /// The topic.
        package let topic: String
        /// The payload.
        package let text: String
    }

    private let version: String
    private let start: MonotonicTime
    private var last: MonotonicTime?
    private var loads = [LoadAverage](repeating: LoadAverage(), count: Load.allCases.count)
    private var mostClients = 0
    private var mostHeapBytes: UInt64 = 0
    private var said: [String: String] = [:]

    /// What the topics begin with.
    static let root = "$SYS/broker/"

    /// A broker that says it is `version` and began at `start`.
    package init(version: String, start: MonotonicTime) {
        self.version = version
        self.start = start
    }

    /// The messages whose text is another than after the sample before; all of them the first time.
    package mutating func update(_ sample: SystemSample) -> [Message] {
        let elapsed = last.map { sample.time.duration(since: $0) / .seconds(1) } ?? 0
        last = sample.time
        for load in Load.allCases { loads[load.rawValue].update(load.count(in: sample), elapsed: elapsed) }
        mostClients = max(mostClients, sample.statistics.sessions)
        mostHeapBytes = max(mostHeapBytes, sample.heapBytes ?? 0)
        return (figures(of: sample) + averages).compactMap { name, text in
            let topic = Self.root + name
            return said.updateValue(text, forKey: topic) == text ? nil : Message(topic: topic, text: text)
        }
    }

    // MARK: Figures

    private func figures(of sample: SystemSample) -> [(name: String, text: String)] {
        let statistics = sample.statistics
        let uptime = Int64(sample.time.duration(since: start) / .seconds(1))
        var figures = [
            ("version", version),
            ("uptime", "\(uptime) seconds"),
            ("subscriptions/count", "\(statistics.subscriptions - statistics.sharedSubscriptions)"),
            ("shared_subscriptions/count", "\(statistics.sharedSubscriptions)"),
            ("retained messages/count", "\(statistics.retainedMessages)"),
            ("messages/stored", "\(statistics.heldMessages)"),
            ("store/messages/count", "\(statistics.heldMessages)"),
            ("store/messages/bytes", "\(statistics.heldBytes)"),
            ("messages/received", "\(statistics.packetsReceived)"),
            ("messages/sent", "\(statistics.packetsSent)"),
            ("publish/messages/dropped", "\(statistics.droppedAtLimits)"),
            ("publish/messages/received", "\(statistics.received[.publish] ?? 0)"),
            ("publish/messages/sent", "\(statistics.sent[.publish] ?? 0)"),
            ("publish/bytes/received", "\(statistics.receivedPayloadBytes)"),
            ("publish/bytes/sent", "\(statistics.sentPayloadBytes)"),
            ("bytes/received", "\(statistics.receivedBytes)"),
            ("bytes/sent", "\(statistics.sentBytes)"),
        ]
        figures += clients(statistics)
        if let heapBytes = sample.heapBytes {
            figures += [("heap/current", "\(heapBytes)"), ("heap/maximum", "\(mostHeapBytes)")]
        }
        return figures
    }

    /// `active` and `inactive` are the old names of `connected` and `disconnected`, which Mosquitto has kept too.
    private func clients(_ statistics: BrokerStatistics) -> [(name: String, text: String)] {
        let waiting = statistics.sessions - statistics.connected
        return [
            ("clients/total", "\(statistics.sessions)"),
            ("clients/maximum", "\(mostClients)"),
            ("clients/connected", "\(statistics.connected)"),
            ("clients/active", "\(statistics.connected)"),
            ("clients/disconnected", "\(waiting)"),
            ("clients/inactive", "\(waiting)"),
            ("clients/expired", "\(statistics.expiredSessions)"),
        ]
    }

    // MARK: Loads

    /// What there are moving averages of.
    private enum Load: Int, CaseIterable {
        case messagesReceived, messagesSent
        case publishDropped, publishReceived, publishSent
        case bytesReceived, bytesSent
        case sockets, connections

        var name: String {
            switch self {
            case .messagesReceived: "messages/received"
            case .messagesSent: "messages/sent"
            case .publishDropped: "publish/dropped"
            case .publishReceived: "publish/received"
            case .publishSent: "publish/sent"
            case .bytesReceived: "bytes/received"
            case .bytesSent: "bytes/sent"
            case .sockets: "sockets"
            case .connections: "connections"
            }
        }

        func count(in sample: SystemSample) -> UInt64 {
            let statistics = sample.statistics
            return switch self {
            case .messagesReceived: statistics.packetsReceived
            case .messagesSent: statistics.packetsSent
            case .publishDropped: statistics.droppedAtLimits
            case .publishReceived: statistics.received[.publish] ?? 0
            case .publishSent: statistics.sent[.publish] ?? 0
            case .bytesReceived: statistics.receivedBytes
            case .bytesSent: statistics.sentBytes
            case .sockets: sample.sockets
            case .connections: statistics.connections
            }
        }
    }

    private var averages: [(name: String, text: String)] {
        Load.allCases.flatMap { load in
            LoadAverage.Span.allCases.map { span in
                ("load/\(load.name)/\(span.name)", Self.hundredths(loads[load.rawValue][span]))
            }
        }
    }

    /// A number that is not negative, with two digits behind the point.
    private static func hundredths(_ value: Double) -> String {
        let hundredths = UInt64(exactly: (value * 100).rounded()) ?? 0
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension BrokerStatistics {
    /// Packets of all types from clients.
    fileprivate var packetsReceived: UInt64 { received.values.reduce(0, +) }

    /// Packets of all types to clients.
    fileprivate var packetsSent: UInt64 { sent.values.reduce(0, +) }

    /// Deliveries that did not happen because a receiver had too much already: what Mosquitto counts as dropped.
    fileprivate var droppedAtLimits: UInt64 { (dropped[.slowSubscriber] ?? 0) + (dropped[.queueFull] ?? 0) }
}
