import Foundation
import MQTTBroker
import MQTTCodec
import OpenSSL
import Registry
import TLSGateway

/// Everything that one node measures, at one moment, as Prometheus reads it.
struct NodeMetrics {
    let gateway: GatewayStatistics
    let broker: BrokerStatistics
    let cluster: ClusterState
    let configurationReloadSucceeded: Bool
    let version: String

    /// The whole exposition; names and labels are part of the contract, never a label per device.
    var prometheusText: String {
        var out = PrometheusText()
        writeConnections(to: &out)
        writeHandshakes(to: &out)
        writeCertificates(to: &out)
        writeBroker(to: &out)
        out.family("registry_revision", .gauge, "Changes that the registry in force has seen.")
        out.sample("registry_revision", [:], cluster.revision)
        out.family("config_last_reload_successful", .gauge, "Whether the configuration file was good when last read.")
        out.sample("config_last_reload_successful", [:], configurationReloadSucceeded ? 1 : 0)
        out.family("build_info", .gauge, "What is running; always 1.")
        out.sample("build_info", ["version": version, "openssl": LibraryContext.version], 1)
        return out.text
    }

    private func writeConnections(to out: inout PrometheusText) {
        out.family("connections", .gauge, "Connections open now, by TLS version.")
        for point in gateway.accessPoints {
            for (version, count) in point.open.sorted(by: { label($0.key) < label($1.key) }) {
                out.sample("connections", ["access_point": point.name, "tls_version": label(version)], count)
            }
        }
        out.family("connections_total", .counter, "Connections accepted, refused ones included.")
        for point in gateway.accessPoints {
            out.sample("connections_total", ["access_point": point.name], point.accepted)
        }
        out.family("connections_refused_total", .counter, "Connections refused, by reason.")
        for point in gateway.accessPoints {
            for (reason, count) in point.refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                out.sample(
                    "connections_refused_total",
                    ["access_point": point.name, "reason": reason.rawValue],
                    count
                )
            }
        }
    }

    private func writeHandshakes(to out: inout PrometheusText) {
        out.family("tls_handshakes_total", .counter, "Handshakes that came to an end.")
        for point in gateway.accessPoints {
            let ordered = point.handshakes.sorted { sortKey($0.key) < sortKey($1.key) }
            for (kind, count) in ordered {
                out.sample(
                    "tls_handshakes_total",
                    [
                        "access_point": point.name, "result": kind.succeeded ? "ok" : "failed",
                        "tls_version": label(kind.version), "resumed": kind.resumed ? "true" : "false",
                    ],
                    count
                )
            }
        }
        out.family("tls_handshake_seconds", .histogram, "From accept to the end of successful handshakes.")
        for point in gateway.accessPoints {
            var total = 0
            for (bound, count) in zip(GatewayStatistics.Histogram.bounds, point.handshakeSeconds.counts) {
                total += count
                out.sample("tls_handshake_seconds_bucket", ["access_point": point.name, "le": String(bound)], total)
            }
            total += point.handshakeSeconds.counts.last ?? 0
            out.sample("tls_handshake_seconds_bucket", ["access_point": point.name, "le": "+Inf"], total)
            out.sample("tls_handshake_seconds_sum", ["access_point": point.name], point.handshakeSeconds.sum)
            out.sample("tls_handshake_seconds_count", ["access_point": point.name], total)
        }
        out.family("tls_sni_total", .counter, "Handshakes by what their server name led to.")
        for (slot, count) in gateway.serverNames.sorted(by: { $0.key < $1.key }) {
            out.sample("tls_sni_total", ["slot": slot], count)
        }
    }

    private func label(_ version: TLSVersion?) -> String { version.map { "\($0)" } ?? "none" }

    private func sortKey(_ kind: GatewayStatistics.HandshakeKind) -> String {
        "\(kind.succeeded)\(label(kind.version))\(kind.resumed)"
    }
}
