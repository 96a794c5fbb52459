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
    let store: Store
    let cluster: ClusterState
    let devices: DeviceCounts
    /// Watched files that cannot be used as they are.
    let unusableFiles: Int
    let configurationReloadSucceeded: Bool
    let startedAt: Date
    let instruments: NodeInstruments

    /// The whole page; names and labels are part of the contract, never a label per device.
    var page: MetricPage {
        var page = MetricPage()
        writeConnections(to: &page)
        writeHandshakes(to: &page)
        writeCertificates(to: &page)
        instruments.registry.write(to: &page)
        writeBroker(to: &page)
        writeStore(to: &page)
        page.family("registry_revision", .gauge, "Changes that the registry in force has seen.")
        page.sample(cluster.revision)
        page.family("watched_files_unusable", .gauge, "Watched files that cannot be used as they are.")
        page.sample(unusableFiles)
        page.family("config_last_reload_successful", .gauge, "Whether the configuration file was good when last read.")
        page.sample(configurationReloadSucceeded ? 1 : 0)
        page.family("build_info", .gauge, "What is running; always 1.")
        page.sample(["version": SluiceVersion.current, "openssl": LibraryContext.version], 1)
        writeProcess(to: &page)
        return page
    }

    private func writeConnections(to page: inout MetricPage) {
        page.family("connections", .gauge, "Connections open now, by TLS version.")
        for point in gateway.accessPoints {
            for (version, count) in point.open.sorted(by: { label($0.key) < label($1.key) }) {
                page.sample(["access_point": point.name, "tls_version": label(version)], count)
            }
        }
        page.family("connections_total", .counter, "Connections accepted, refused ones included.")
        for point in gateway.accessPoints {
            page.sample(["access_point": point.name], point.accepted)
        }
        page.family("connections_refused_total", .counter, "Connections refused, by reason.")
        for point in gateway.accessPoints {
            for (reason, count) in point.refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                page.sample(
                    ["access_point": point.name, "reason": reason.rawValue],
                    count
                )
            }
        }
    }

    private func writeHandshakes(to page: inout MetricPage) {
        page.family("tls_handshakes_total", .counter, "Handshakes that came to an end.")
        for point in gateway.accessPoints {
            let ordered = point.handshakes.sorted { sortKey($0.key) < sortKey($1.key) }
            for (kind, count) in ordered {
                page.sample(
                    [
                        "access_point": point.name, "result": kind.succeeded ? "ok" : "failed",
                        "tls_version": label(kind.version), "resumed": kind.resumed ? "true" : "false",
                    ],
                    count
                )
            }
        }
        page.family("tls_handshake_seconds", .histogram, "From accept to the end of successful handshakes.")
        for point in gateway.accessPoints {
            let seconds = point.handshakeSeconds
            page.histogram(
                [("access_point", point.name)],
                bounds: GatewayStatistics.Histogram.bounds,
                counts: seconds.counts,
                sum: seconds.sum
            )
        }
        page.family("tls_sni_total", .counter, "Handshakes by what their server name led to.")
        for (slot, count) in gateway.serverNames.sorted(by: { $0.key < $1.key }) {
            page.sample(["slot": slot], count)
        }
    }

    private func label(_ version: TLSVersion?) -> String { version.map { "\($0)" } ?? "none" }

    private func sortKey(_ kind: GatewayStatistics.HandshakeKind) -> String {
        "\(kind.succeeded)\(label(kind.version))\(kind.resumed)"
    }
}
