/// What rules know of a session's client, and where in the rules in force its block is.
///
/// Belongs to the session's shard.
final class SessionAccess {
    let client: AccessClient
    private var block: UInt32 = 0
    private var generation: UInt64 = 0

    init(_ client: AccessClient) {
        self.client = client
    }

    /// Asks the rules of one generation.
    func decision(
        _ action: AccessAction,
        _ topic: UnsafeRawBufferPointer,
        by rules: AccessRules,
        generation current: UInt64
    ) -> AccessDecision {
        if generation != current {
            block = rules.block(for: client)
            generation = current
        }
        return rules.decision(action, topic, for: client, block: block)
    }
}

/// The rules as one shard has them.
struct ShardAccess {
    /// Nil without an ACL file: then everybody may do everything but publish to the broker's own topics.
    private(set) var rules: AccessRules?
    /// Goes up with every change of rules; 0 before the first.
    private(set) var generation: UInt64 = 0

    /// Puts other rules in force, or none.
    mutating func use(_ rules: AccessRules?) {
        self.rules = rules
        generation += 1
    }
}
