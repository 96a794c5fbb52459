import Foundation
import OpenSSL
import Registry

@testable import MQTTBroker
@testable import Node
@testable import TLSGateway

/// The metrics of a node that has done next to nothing, with one access point.
enum PageOfAnIdleNode {
    static func page(broker: BrokerStatistics = BrokerStatistics()) throws -> MetricPage {
        var gateway = GatewayStatistics()
        var point = GatewayStatistics.AccessPointStatistics(name: "public")
        point.accepted = 3
        point.open = [TLSVersion.tls1_3: 1, nil: 1]
        point.refused = [.clientCertificateExpired: 1]
        point.handshakes = [.init(succeeded: true, version: .tls1_3, resumed: false): 2]
        gateway.accessPoints = [point]
        gateway.serverNames = ["default": 2]
        return NodeMetrics(
            gateway: gateway,
            broker: broker,
            store: NodeMetrics.Store(state: .working, statistics: StorageStatistics(), fileBytes: 4096),
            cluster: .initial(ClusterSettings()),
            devices: DeviceCounts(),
            unusableFiles: 0,
            configurationReloadSucceeded: true,
            startedAt: Date(timeIntervalSince1970: 1_800_000_000),
            instruments: NodeInstruments()
        ).page
    }

    static var described: [MetricFamily] {
        var page = MetricPage()
        NodeInstruments().registry.write(to: &page)
        return page.families
    }
}
