/// What a client does with a topic.
package enum AccessAction: String, Sendable, CaseIterable {
    /// Sends messages to a topic, a will among them.
    case publish
    /// Asks for the topics of a filter.
    case subscribe
    /// Gets a message of a topic, whichever of its filters it matched.
    case read
}

/// What a rule gives or takes away.
package enum AccessRight: String, Sendable, CaseIterable {
    case read, write, readwrite
    /// Neither, though another rule of the same block may give it.
    case deny
}

/// Whom a rule is for.
package enum RuleSubject: Hashable, Sendable {
    /// Clients without a user name: `topic` lines before the first `user` line.
    case withoutUserName
    /// Clients with this user name: `topic` lines after its `user` line.
    case user(ContiguousArray<UInt8>)
    /// Every client, with its own values put in: `pattern` lines.
    case everybody
}

/// One line of an ACL file that is a rule.
package struct ACLRule: Sendable {
    /// Where it stands, from 1.
    package let line: Int
    package let subject: RuleSubject
    package let right: AccessRight
    /// A topic filter, with `%c`, `%u`, `%n` and `%o` in patterns.
    package let filter: [UInt8]
}

/// Something in an ACL file that is taken as it is, and is probably not what was meant.
package struct ACLWarning: Hashable, Sendable, CustomStringConvertible {
    /// Where it stands, from 1.
    package let line: Int
    package let fact: Fact

    /// What is odd.
    package enum Fact: Hashable, Sendable {
        /// A `pattern` line without a value to put in.
        case patternWithoutValue
        /// A `topic` line with `%c` or the like, which stands for itself there.
        case valueInTopic
        /// `$share/…`, which no rule ever sees.
        case sharedFilter
        /// `topic read`: the topic called so, or a line that was not finished.
        case accessWordAsTopic(String)
    }

    /// What was found, and what to do.
    package var description: String {
        switch fact {
        case .patternWithoutValue:
            "this pattern has none of %c, %u, %n and %o; it holds for every client"
        case .valueInTopic:
            "%c, %u, %n and %o stand for themselves in a topic line; write pattern to have them replaced"
        case .sharedFilter:
            "rules are compared with what follows $share/NAME/; leave that out"
        case .accessWordAsTopic(let word):
            "this is a rule for the topic \"\(word)\"; write topic \(word) FILTER if that was meant"
        }
    }
}
