/// What the rules say to one question, and which line of the file says it.
package enum AccessDecision: Hashable, Sendable {
    /// The rule of this line gives it.
    case allowed(line: Int)
    /// The rule of this line takes it away.
    case denied(line: Int)
    /// No rule gives it.
    case noRule
    /// So many rules touch a filter that the question was given up; messages are asked about one by one.
    case unsettled

    /// Whether it may be done.
    package var isAllowed: Bool {
        switch self {
        case .allowed, .unsettled: true
        case .denied, .noRule: false
        }
    }
}

/// The rules of one ACL file, made ready to be asked for every message. Never changes.
///
/// What holds for a client is looked for in two blocks, as Mosquitto does: the `topic` lines of its user name (without a
/// user name, those before the first `user` line), then the `pattern` lines. In each block a `deny` goes before whatever
/// gives access, wherever it stands. What no rule gives is not allowed.
// Sendable: nothing changes after `init`; questions only read.
package final class AccessRules: @unchecked Sendable {
    let tree: RuleTree
    /// The block of `pattern` lines.
    let patterns: UInt32
    private let withoutUserName: UInt32
    private let users: [ContiguousArray<UInt8>: UInt32]
    /// Rules of the file.
    package let count: Int

    /// Makes the rules of a file ready.
    package init(_ file: ACLFile) {
        var tree = RuleTree()
        let withoutUserName = tree.addRoot()
        let patterns = tree.addRoot()
        var users: [ContiguousArray<UInt8>: UInt32] = [:]
        for rule in file.rules {
            switch rule.subject {
            case .withoutUserName: tree.insert(rule, at: withoutUserName)
            case .everybody: tree.insert(rule, at: patterns)
            case .user(let name):
                let root = users[name] ?? tree.addRoot()
                users[name] = root
                tree.insert(rule, at: root)
            }
        }
        self.tree = tree
        self.patterns = patterns
        self.withoutUserName = withoutUserName
        self.users = users
        count = file.rules.count
    }

    /// The block of `topic` lines for a client; 0 for a user name that the file does not have.
    func block(for client: AccessClient) -> UInt32 {
        guard let name = client.userName else { return withoutUserName }
        return users[name] ?? 0
    }

    /// Whether a client may do something with a topic (to `subscribe`: with a filter), and which rule says so.
    ///
    /// Neither the broker's own topics nor `$share/NAME/` are known here.
    package func decision(
        _ action: AccessAction,
        _ topic: UnsafeRawBufferPointer,
        for client: AccessClient
    ) -> AccessDecision {
        decision(action, topic, for: client, block: block(for: client))
    }

    /// As `decision`, for a client whose block is known.
    func decision(
        _ action: AccessAction,
        _ topic: UnsafeRawBufferPointer,
        for client: AccessClient,
        block: UInt32
    ) -> AccessDecision {
        guard action != .subscribe else { return subscription(topic, for: client, block: block) }
        return tree.withPath(of: topic) { path in
            if block != 0, let decision = answer(of: block, action, path, client) { return decision }
            return answer(of: patterns, action, path, client) ?? .noRule
        }
    }

    /// What one block says; nil where it has nothing to say.
    @inline(__always)
    private func answer(
        of root: UInt32,
        _ action: AccessAction,
        _ path: TopicPath,
        _ client: AccessClient
    ) -> AccessDecision? {
        let lines = tree.lines(for: path, of: client, from: root)
        if lines.deny != 0 { return .denied(line: Int(lines.deny)) }
        let given = action == .publish ? lines.write : lines.read
        return given == 0 ? nil : .allowed(line: Int(given))
    }
}
