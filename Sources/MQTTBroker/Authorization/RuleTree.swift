/// The lines of rules that say one thing each; 0 is none. Of several lines the first counts.
struct RuleLines: BitwiseCopyable {
    var deny: UInt32 = 0
    var read: UInt32 = 0
    var write: UInt32 = 0

    /// Enters a rule.
    mutating func add(_ right: AccessRight, line: UInt32) {
        switch right {
        case .deny: Self.keepFirst(&deny, line)
        case .read: Self.keepFirst(&read, line)
        case .write: Self.keepFirst(&write, line)
        case .readwrite:
            Self.keepFirst(&read, line)
            Self.keepFirst(&write, line)
        }
    }

    /// Adds what another place of the tree says; of one that only takes away, no more than that.
    @inline(__always)
    mutating func add(_ other: RuleLines, onlyDeny: Bool) {
        Self.keepFirst(&deny, other.deny)
        guard !onlyDeny else { return }
        Self.keepFirst(&read, other.read)
        Self.keepFirst(&write, other.write)
    }

    @inline(__always)
    private static func keepFirst(_ known: inout UInt32, _ line: UInt32) {
        // 0 wraps round to the highest.
        if line &- 1 < known &- 1 { known = line }
    }
}

/// A level in the tree of rules.
struct RuleNode: BitwiseCopyable {
    /// What the level is.
    enum Kind: BitwiseCopyable {
        /// This text, by its number.
        case text(UInt32)
        /// `+`
        case any
        /// A template, by its number.
        case template(Int)
    }

    let kind: Kind
    let parent: UInt32
    /// Rules that end here.
    var here = RuleLines()
    /// Rules that end with `#` after this level: they hold here and for all below.
    var below = RuleLines()
    /// The `+` below this level.
    var any: UInt32 = 0
    /// The first of the templates below this level.
    var firstTemplate: UInt32 = 0
    /// The first of the texts below this level.
    var firstText: UInt32 = 0
    /// The next template, or text, below the same parent.
    var next: UInt32 = 0
}

/// Rules by the levels of their filters, several blocks in one tree with a root each. Does not change once it is filled.
struct RuleTree: ~Copyable {
    private let hash: KeyedHash
    private(set) var levels: LevelTable
    private var nodes = SlotArena<RuleNode>()
    private var edges = ProbeTable()
    private(set) var templates: [LevelTemplate] = []
    private var templateNumbers: [LevelTemplate: Int] = [:]
    /// Levels of the deepest rule: a topic's levels beyond it are never looked at.
    private(set) var depth = 0

    init(hash: KeyedHash = KeyedHash()) {
        self.hash = hash
        levels = LevelTable(hash: hash)
    }

    /// Nodes of all blocks.
    var count: Int { nodes.count }

    /// The node of a number.
    @inline(__always)
    subscript(_ number: UInt32) -> UnsafeMutablePointer<RuleNode> { nodes[number] }

    /// The node of a text below another; 0 for none.
    @inline(__always)
    func child(of parent: UInt32, named level: UInt32) -> UInt32 {
        guard level != 0 else { return 0 }
        return edges.find(tag: hash(parent, level)) { number in
            guard nodes[number].pointee.parent == parent, case .text(level) = nodes[number].pointee.kind else {
                return false
            }
            return true
        }
    }

    // MARK: Filling

    /// A block without rules.
    mutating func addRoot() -> UInt32 {
        nodes.insert(RuleNode(kind: .any, parent: 0))
    }

    /// Enters a rule into the block at `root`; in patterns `%c` and the like are replaced.
    mutating func insert(_ rule: ACLRule, at root: UInt32) {
        let line = UInt32(clamping: rule.line)
        var node = root
        var count = 0
        for level in rule.filter.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            count += 1
            if level.elementsEqual([UInt8(ascii: "#")]) {
                nodes[node].pointee.below.add(rule.right, line: line)
                depth = max(depth, count)
                return
            }
            if level.elementsEqual([UInt8(ascii: "+")]) {
                node = anyChild(of: node)
            } else if rule.subject == .everybody, let template = LevelTemplate(level) {
                node = child(of: node, with: template)
            } else {
                node = child(of: node, named: level)
            }
        }
        nodes[node].pointee.here.add(rule.right, line: line)
        depth = max(depth, count)
    }

    private mutating func anyChild(of parent: UInt32) -> UInt32 {
        if nodes[parent].pointee.any == 0 {
            let number = nodes.insert(RuleNode(kind: .any, parent: parent))
            nodes[parent].pointee.any = number
        }
        return nodes[parent].pointee.any
    }

    private mutating func child(of parent: UInt32, with template: LevelTemplate) -> UInt32 {
        let index = templateNumbers[template] ?? templates.count
        if index == templates.count {
            templates.append(template)
            templateNumbers[template] = index
        }
        var known = nodes[parent].pointee.firstTemplate
        while known != 0 {
            if case .template(index) = nodes[known].pointee.kind { return known }
            known = nodes[known].pointee.next
        }
        var node = RuleNode(kind: .template(index), parent: parent)
        node.next = nodes[parent].pointee.firstTemplate
        let number = nodes.insert(node)
        nodes[parent].pointee.firstTemplate = number
        return number
    }

    private mutating func child(of parent: UInt32, named text: ArraySlice<UInt8>) -> UInt32 {
        let level = text.withUnsafeBytes { levels.retain($0) }
        let known = child(of: parent, named: level)
        if known != 0 { return known }
        var node = RuleNode(kind: .text(level), parent: parent)
        node.next = nodes[parent].pointee.firstText
        let number = nodes.insert(node)
        nodes[parent].pointee.firstText = number
        edges.insert(tag: hash(parent, level), number: number)
        return number
    }
}
