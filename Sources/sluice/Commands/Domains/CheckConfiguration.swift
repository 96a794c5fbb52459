import LDNS
import NameCheck
import Node
import Registry
import TLSGateway

/// What `sluice cname` knows from the configuration file, where the command line does not say.
extension Configuration {
    /// The access points; a domain should lead to the first of them.
    func expectedTargets() throws -> [ExpectedTarget] {
        try accessPoints.map { accessPoint in
            ExpectedTarget(
                name: try DNSName(accessPoint.hostname.text),
                kind: accessPoint.kind == .vpc ? .vpc : .public
            )
        }
    }

    /// The name servers of `dns.resolvers`; none means those of the system.
    var nameServers: [ServerAddress] {
        dns.resolvers.compactMap { ServerAddress("\($0)") }
    }
}
