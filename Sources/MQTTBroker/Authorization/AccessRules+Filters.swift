import MQTTCodec

/// Whether a client may subscribe to a filter.
///
/// Mosquitto lets everybody subscribe to anything and sorts out messages. Here a filter is refused when there is no topic
/// that it matches and that the client may read: of `a/#` and a rule for `a/b`, messages of `a/b` are what is in common.
/// Where some of its topics may be read the filter is granted, and messages of the others are kept back.
extension AccessRules {
    func subscription(
        _ filter: UnsafeRawBufferPointer,
        for client: AccessClient,
        block: UInt32
    ) -> AccessDecision {
        var names = TopicLevels(filter)
        var levels: ContiguousArray<FilterLevel> = []
        while let name = names.next() { levels.append(FilterLevel(name)) }
        var search = CommonTopics(rules: self, client: client, filter: levels)
        for root in [block, patterns] where root != 0 {
            // A `deny` of the first block goes before what patterns give, not the other way round.
            search.denying.append(root)
            search.visit(root, at: 0)
            if let line = search.given { return .allowed(line: Int(line)) }
            if search.isTooLong { return .unsettled }
        }
        return search.covering == 0 ? .noRule : .denied(line: Int(search.covering))
    }
}

/// One level of a filter.
private enum FilterLevel {
    case text(ContiguousArray<UInt8>)
    /// `+`
    case any
    /// `#`
    case rest

    init(_ bytes: UnsafeRawBufferPointer) {
        switch (bytes.count, bytes.first) {
        case (1, UInt8(ascii: "+")): self = .any
        case (1, UInt8(ascii: "#")): self = .rest
        default: self = .text(ContiguousArray(bytes))
        }
    }

    /// The bytes of a text; none for a wildcard.
    var text: ContiguousArray<UInt8> {
        switch self {
        case .text(let bytes): bytes
        case .any, .rest: []
        }
    }

    var startsWithDollar: Bool { text.first == UInt8(ascii: "$") }
}

/// Looks for a rule that gives topics of a filter which no `deny` takes away as a whole.
///
/// What two filters have in common is a filter again, so one `deny` that covers all of it is looked for, and no more:
/// several that only cover it together let the subscription pass, and every message is asked about anyway.
private struct CommonTopics {
    let rules: AccessRules
    let client: AccessClient
    let filter: ContiguousArray<FilterLevel>
    /// The blocks whose `deny` rules count.
    var denying: [UInt32] = []
    /// The rule that was looked for.
    private(set) var given: UInt32?
    /// The first `deny` that was in the way.
    private(set) var covering: UInt32 = 0
    /// The way to the node in hand, narrowed to what the filter matches too.
    private var path: ContiguousArray<FilterLevel> = []
    private var steps = 0

    /// Nodes looked at for one filter: less than a millisecond.
    private static let mostSteps = 2000

    init(rules: AccessRules, client: AccessClient, filter: ContiguousArray<FilterLevel>) {
        self.rules = rules
        self.client = client
        self.filter = filter
    }

    /// Whether the search was given up.
    var isTooLong: Bool { steps > Self.mostSteps }

    /// Looks at a node, whose way has as many levels of the filter in it as `depth`, and at what is below.
    mutating func visit(_ number: UInt32, at depth: Int) {
        steps += 1
        guard given == nil, !isTooLong else { return }
        let node = rules.tree[number].pointee
        guard depth < filter.count else {
            if node.below.read != 0 { offer(node.below.read, path) }
            if node.here.read != 0 { offer(node.here.read, path) }
            return
        }
        let level = filter[depth]
        // [MQTT-4.7.2-1]
        let isBarred = depth == 0 && level.startsWithDollar
        if node.below.read != 0, !isBarred { offer(node.below.read, path + filter[depth...]) }
        switch level {
        case .rest:
            // `a/#` is for `a` too. [MQTT-4.7.1-2]
            if node.here.read != 0 { offer(node.here.read, path) }
            eachChild(of: node) { search, child in search.visit(child, at: depth) }
        case .any:
            eachChild(of: node) { search, child in search.visit(child, at: depth + 1) }
        case .text:
            for child in rules.tree.fitting(level, of: client, below: number, node, isBarred: isBarred)
            where child.gives {
                step(as: level) { $0.visit(child.number, at: depth + 1) }
            }
        }
    }

    /// Goes down to every child, on a way that names it as it is.
    private mutating func eachChild(of node: RuleNode, _ body: (inout CommonTopics, UInt32) -> Void) {
        let isFirst = path.isEmpty
        for first in [node.any, node.firstText, node.firstTemplate] {
            var next = first
            while next != 0, given == nil, !isTooLong {
                let child = rules.tree[next].pointee
                let level = rules.tree.level(of: child, for: client)
                // Wildcards at the start pass by what begins with a dollar sign. [MQTT-4.7.2-1]
                if let level, !(isFirst && level.startsWithDollar) { step(as: level) { body(&$0, next) } }
                next = child.next
            }
        }
    }

    private mutating func step(as level: FilterLevel, _ body: (inout CommonTopics) -> Void) {
        path.append(level)
        body(&self)
        path.removeLast()
    }

    /// A rule gives these topics; the search is over unless a `deny` covers them.
    private mutating func offer(_ line: UInt32, _ topics: ContiguousArray<FilterLevel>) {
        guard given == nil else { return }
        for root in denying {
            let deny = cover(topics, 0, below: root)
            guard deny != 0 else { continue }
            if covering == 0 { covering = deny }
            return
        }
        given = line
    }

    /// A `deny` that covers all of `topics`; 0 for none.
    private mutating func cover(_ topics: ContiguousArray<FilterLevel>, _ depth: Int, below number: UInt32) -> UInt32 {
        steps += 1
        guard !isTooLong else { return 0 }
        let node = rules.tree[number].pointee
        let isBarred = depth == 0 && topics.first?.startsWithDollar == true
        if node.below.deny != 0, !isBarred { return node.below.deny }
        guard depth < topics.count else { return node.here.deny }
        for child in rules.tree.fitting(topics[depth], of: client, below: number, node, isBarred: isBarred) {
            let deny = cover(topics, depth + 1, below: child.number)
            if deny != 0 { return deny }
        }
        return 0
    }
}

extension RuleTree {
    /// The children of a node that stand for all of one level of a filter, and whether they can give access.
    fileprivate borrowing func fitting(
        _ level: FilterLevel,
        of client: AccessClient,
        below number: UInt32,
        _ node: RuleNode,
        isBarred: Bool
    ) -> [(number: UInt32, gives: Bool)] {
        var found: [(number: UInt32, gives: Bool)] = []
        if case .rest = level { return found }
        if node.any != 0, !isBarred { found.append((node.any, true)) }
        let text = level.text
        let named = text.withUnsafeBytes { levels.find($0) }
        if case .any = level {
        } else if named != 0 {
            let child = child(of: number, named: named)
            if child != 0 { found.append((child, true)) }
        }
        var next = node.firstTemplate
        while next != 0 {
            let child = self[next]
            if case .template(let index) = child.pointee.kind {
                switch text.withUnsafeBytes({ templates[index].fit($0, client) }) {
                case .no: break
                case .yes: found.append((next, !isBarred))
                case .onlyToDeny: found.append((next, false))
                }
            }
            next = child.pointee.next
        }
        return found
    }

    /// What a node stands for in a filter; nil for a template that gives a client nothing.
    fileprivate borrowing func level(of node: RuleNode, for client: AccessClient) -> FilterLevel? {
        switch node.kind {
        case .any: .any
        case .text(let number): .text(levels.withBytes(of: number) { ContiguousArray($0) })
        case .template(let index): templates[index].filled(for: client).map { .text($0) }
        }
    }
}
