package import LDNS
package import NIOCore

/// Resolvers, asked in order: the next one when the one before could not answer.
package struct ResolverSource: RecordSource {
    private let servers: [NameServer]

    package init(
        servers: [ServerAddress],
        loops: any EventLoopGroup,
        schedule: AttemptSchedule = .standard,
        limits: CheckLimits = CheckLimits()
    ) {
        self.servers = servers.map { NameServer(address: $0, loops: loops, schedule: schedule, limits: limits) }
    }

    package func lookup(_ name: DNSName, _ type: RecordType) async -> LookupReply {
        var exchanges: [ServerExchange] = []
        for server in servers {
            let (outcome, exchange) = await server.ask(name, type)
            exchanges.append(exchange)
            if case .answered(let message) = outcome {
                return LookupReply(
                    outcome: outcome,
                    exchanges: exchanges,
                    isAuthoritative: message.isAuthoritative
                )
            }
        }
        // The first resolver is the one the person trusts most; the others' failures are in the exchanges.
        return LookupReply(outcome: .failed(exchanges.first?.failure ?? .noServer), exchanges: exchanges)
    }

    package func typesBesideAlias(at name: DNSName) -> [RecordType] { [] }
}
