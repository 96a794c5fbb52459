import Reactors

extension Broker {
    /// Whether a topic is the broker's own, so that no client publishes to it.
    package static func isReserved(_ topic: some Collection<UInt8>) -> Bool {
        Array(topic).withUnsafeBytes { $0.isReservedTopic }
    }

    /// Puts the rules of an ACL file in force, or with nil none; for clients that are connected too.
    ///
    /// Callable from any thread; does not block. Each shard goes over to the new rules between two turns.
    package func use(_ rules: AccessRules?) {
        for shard in shards { shard.reactor.post { shard.use(rules) } }
    }
}
