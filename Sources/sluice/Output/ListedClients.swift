import AdminAPI
import Foundation

extension ClientResource: Listed {
    static var columns: [TextTable.Column] {
        [
            "CLIENT ID", "STATE", "SINCE", "ADDRESS", "PROTOCOL", "IDENTITY", "SUBSCRIPTIONS", "WAITING", "IN FLIGHT",
            .wide("ACCESS POINT"), .wide("TLS"), .wide("KEEP ALIVE"), .wide("RECEIVED"), .wide("SENT"),
            .wide("SESSION ENDS"), .wide("CERTIFICATE"),
        ]
    }

    var cells: [String] {
        [
            clientID, state, since.timestamp, address ?? "-", protocolVersion ?? "-", userName ?? commonName ?? "-",
            "\(subscriptionCount)", "\(queuedMessages)", "\(inFlightMessages)", accessPoint ?? "-", tlsVersion ?? "-",
            keepAlive.map { "\($0) s" } ?? "-", traffic.map { "\($0.receivedMessages)" } ?? "-",
            traffic.map { "\($0.sentMessages)" } ?? "-", sessionEnd, String(fingerprint?.prefix(12) ?? "-"),
        ]
    }

    var reference: String { clientID }

    var details: [(label: String, value: String)] {
        let facts: [(label: String, value: String?)] = [
            ("client id", clientID), ("state", "\(state), since \(since.timestamp)"), ("address", address),
            ("access point", accessPoint), ("server name", serverName), ("TLS", tlsVersion),
            ("protocol", protocolVersion.map { "MQTT \($0)" }), ("user", userName), ("common name", commonName),
            ("unit", organizationalUnit), ("certificate", fingerprint),
            ("clean start", cleanStart.map { $0 ? "yes" : "no" }),
            ("keep alive", keepAlive.map { $0 == 0 ? "none" : "\($0) s" }), ("session ends", sessionEnd),
            ("will", willWords), ("waiting", "\(queuedMessages) messages, \(queuedBytes) bytes with those in flight"),
            ("in flight", "\(inFlightMessages) to it, \(unreleasedMessages) from it"),
            ("received", traffic.map { "\($0.receivedMessages) messages, \($0.receivedBytes) bytes in all" }),
            (
                "sent",
                traffic.map {
                    "\($0.sentMessages) messages, \($0.sentBytes) bytes in all, \($0.unsentBytes) of them not yet read"
                }
            ),
        ]
        return facts.compactMap { label, value in value.map { (label, $0) } }
    }

    private var sessionEnd: String {
        if let expiresAt { return expiresAt.timestamp }
        return switch sessionExpiryInterval {
        case nil: "never"
        case 0: "with its connection"
        case let seconds?: "\(seconds) s after its connection"
        }
    }

    private var willWords: String {
        guard hasWill else { return "none" }
        return willDueAt.map { "sent at \($0.timestamp)" } ?? "sent if the connection breaks"
    }
}

extension SubscriptionResource: Listed {
    static var columns: [TextTable.Column] {
        ["FILTER", "QOS", .wide("NO LOCAL"), .wide("RETAIN AS PUBLISHED"), .wide("IDENTIFIER")]
    }

    var cells: [String] {
        [
            filter, "\(qos)", noLocal ? "yes" : "no", retainAsPublished ? "yes" : "no",
            identifier.map { "\($0)" } ?? "-",
        ]
    }

    var reference: String { filter }
}
