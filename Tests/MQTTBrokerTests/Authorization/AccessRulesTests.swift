import MQTTCodec
import Testing

@testable import MQTTBroker

@Suite struct AccessRulesTests {
    /// Rules, what is asked, and the answer with the line that gave it.
    struct Row: CustomTestStringConvertible, Sendable {
        let rules: String
        var client = Client("c1")
        var action = AccessAction.read
        let topic: String
        let answer: AccessDecision
        let reason: String

        var testDescription: String { reason }
    }

    struct Client: Sendable {
        var id: String
        var user: String?
        var cn: String?
        var ou: String?

        init(_ id: String, user: String? = nil, cn: String? = nil, ou: String? = nil) {
            (self.id, self.user, self.cn, self.ou) = (id, user, cn, ou)
        }

        var access: AccessClient {
            AccessClient(clientID: ClientID(id), userName: user, commonName: cn, organizationalUnit: ou)
        }
    }

    private static let bob = Client("c1", user: "bob")
    private static let certified = Client("c1", cn: "pump-7", ou: "plant/2")

    @Test(arguments: [
        Row(rules: "", topic: "a", answer: .noRule, reason: "what no rule gives is not allowed"),
        Row(rules: "topic read a", topic: "a", answer: .allowed(line: 1), reason: "a topic line for who has no name"),
        Row(rules: "topic read a", action: .publish, topic: "a", answer: .noRule, reason: "to read is not to write"),
        Row(rules: "topic write a", topic: "a", answer: .noRule, reason: "to write is not to read"),
        Row(rules: "topic a", action: .publish, topic: "a", answer: .allowed(line: 1), reason: "both by default"),
        Row(rules: "topic a", client: bob, topic: "a", answer: .noRule, reason: "the first lines are not for users"),
        Row(rules: "user bob\ntopic a", client: bob, topic: "a", answer: .allowed(line: 2), reason: "a user's line"),
        Row(rules: "user bob\ntopic a", topic: "a", answer: .noRule, reason: "a user's line is nobody else's"),
        Row(
            rules: "user bob\ntopic a\nuser eve\ntopic b\nuser bob\ntopic c",
            client: bob,
            topic: "c",
            answer: .allowed(line: 6),
            reason: "a user may have several blocks"
        ),
        Row(
            rules: "user eve\npattern a/%c",
            topic: "a/c1",
            answer: .allowed(line: 2),
            reason: "patterns are everybody's"
        ),
        Row(rules: "topic a/#", topic: "a", answer: .allowed(line: 1), reason: "# is for its parent too"),
        Row(rules: "topic a/#", topic: "a/b/c/d", answer: .allowed(line: 1), reason: "# is for all below"),
        Row(rules: "topic a/+/c", topic: "a/b/c", answer: .allowed(line: 1), reason: "+ is for one level"),
        Row(rules: "topic a/+/c", topic: "a/b/b/c", answer: .noRule, reason: "+ is for no more than one level"),
        Row(rules: "topic a/+", topic: "a/", answer: .allowed(line: 1), reason: "an empty level is a level"),
        Row(rules: "topic a", topic: "a/b/c", answer: .noRule, reason: "a topic deeper than all rules"),
        Row(rules: "topic #", topic: "$SYS/broker/uptime", answer: .noRule, reason: "# passes by what is the broker's"),
        Row(rules: "topic +/broker/#", topic: "$SYS/broker/uptime", answer: .noRule, reason: "and so does +"),
        Row(rules: "topic read $SYS/#", topic: "$SYS/broker/uptime", answer: .allowed(line: 1), reason: "unless named"),
        Row(rules: "topic a/#\ntopic deny a/b", topic: "a/b", answer: .denied(line: 2), reason: "deny goes before"),
        Row(rules: "topic deny a/#\ntopic a/b", topic: "a/b", answer: .denied(line: 1), reason: "wherever it stands"),
        Row(
            rules: "topic deny a/#\ntopic a/b",
            action: .publish,
            topic: "a/b",
            answer: .denied(line: 1),
            reason: "deny takes both away"
        ),
        Row(
            rules: "pattern deny a/%c\ntopic a/#",
            topic: "a/c1",
            answer: .allowed(line: 2),
            reason: "topic lines go before what patterns deny"
        ),
        Row(
            rules: "topic deny a/#\npattern a/%c",
            topic: "a/c1",
            answer: .denied(line: 1),
            reason: "and before what patterns give"
        ),
        Row(rules: "pattern a/+\npattern deny a/%c", topic: "a/c1", answer: .denied(line: 2), reason: "pattern deny"),
        Row(
            rules: "pattern x-%c-%u/#",
            client: bob,
            topic: "x-c1-bob/t",
            answer: .allowed(line: 1),
            reason: "in a level"
        ),
        Row(rules: "pattern x-%c-%u/#", client: bob, topic: "x-c1-bobby/t", answer: .noRule, reason: "the whole level"),
        Row(rules: "pattern %u/#", topic: "c1", answer: .noRule, reason: "no user name, no such pattern"),
        Row(
            rules: "pattern %n/#",
            client: certified,
            topic: "pump-7/x",
            answer: .allowed(line: 1),
            reason: "%n is the CN"
        ),
        Row(
            rules: "pattern t/%o/#",
            client: Client("c", ou: "two"),
            topic: "t/two/x",
            answer: .allowed(line: 1),
            reason: "%o is the OU"
        ),
        Row(
            rules: "pattern a/%x/%",
            topic: "a/%x/%",
            answer: .allowed(line: 1),
            reason: "other signs stay as they are"
        ),
        Row(rules: "topic a/%c", topic: "a/c1", answer: .noRule, reason: "nothing is put into topic lines"),
        Row(rules: "topic a/%c", topic: "a/%c", answer: .allowed(line: 1), reason: "they mean what they say"),
        Row(
            rules: "pattern a/%o/#",
            client: certified,
            topic: "a/plant/2/x",
            answer: .noRule,
            reason: "a slash never widens"
        ),
        Row(rules: "pattern a/%c/#", client: Client("+"), topic: "a/b/x", answer: .noRule, reason: "a + never widens"),
        Row(rules: "pattern a/%c", client: Client("#"), topic: "a/b/x", answer: .noRule, reason: "a # never widens"),
        Row(
            rules: "pattern %c/#",
            client: Client("$SYS"),
            topic: "$SYS/x",
            answer: .noRule,
            reason: "nobody calls himself $SYS"
        ),
        Row(
            rules: "pattern a/%c/#",
            client: Client("$x"),
            topic: "a/$x/y",
            answer: .allowed(line: 1),
            reason: "further on $ is a sign like others"
        ),
        Row(
            rules: "pattern a/#\npattern deny a/%o/secret",
            client: certified,
            topic: "a/any/secret",
            answer: .denied(line: 2),
            reason: "a value that cannot be put in takes away all that it could be"
        ),
        Row(
            rules: "pattern a/#\npattern deny a/%o/secret",
            topic: "a/any/secret",
            answer: .allowed(line: 1),
            reason: "a value that is not there takes nothing away"
        ),
        Row(
            rules: "pattern a/%o/#\npattern a/+/open",
            client: certified,
            topic: "a/any/open",
            answer: .allowed(line: 2),
            reason: "a value that cannot be put in does not spoil other rules"
        ),
        Row(
            rules: "topic read a\ntopic a\ntopic a",
            topic: "a",
            answer: .allowed(line: 1),
            reason: "the first of several"
        ),
    ])
    func `a question is answered by a line`(row: Row) throws {
        #expect(try row.asked == row.answer)
    }

    @Test(arguments: [
        Row(rules: "topic read a/b", topic: "a/b", answer: .allowed(line: 1), reason: "a topic"),
        Row(rules: "topic write a/b", topic: "a/b", answer: .noRule, reason: "to subscribe is to read"),
        Row(rules: "topic read a/b", topic: "a/c", answer: .noRule, reason: "nothing in common"),
        Row(rules: "topic read a/b", topic: "a/+", answer: .allowed(line: 1), reason: "some of +"),
        Row(rules: "topic read a/b", topic: "#", answer: .allowed(line: 1), reason: "some of all"),
        Row(rules: "topic read a/b", topic: "+/+/+", answer: .noRule, reason: "none of that depth"),
        Row(rules: "topic read a/#", topic: "a/+/c", answer: .allowed(line: 1), reason: "# holds it"),
        Row(rules: "topic read a/#", topic: "a", answer: .allowed(line: 1), reason: "# holds its parent"),
        Row(rules: "topic read +/b", topic: "a/#", answer: .allowed(line: 1), reason: "crossing wildcards"),
        Row(rules: "topic read a", topic: "a/#", answer: .allowed(line: 1), reason: "a/# is for a"),
        Row(rules: "topic read #", topic: "$SYS/#", answer: .noRule, reason: "# is not for $SYS"),
        Row(rules: "topic read $SYS/#", topic: "#", answer: .noRule, reason: "nor does # ask for it"),
        Row(rules: "topic read $SYS/#", topic: "+/x", answer: .noRule, reason: "nor +"),
        Row(rules: "topic read $SYS/#", topic: "$SYS/broker/#", answer: .allowed(line: 1), reason: "by name"),
        Row(
            rules: "topic read #\ntopic deny a/#",
            topic: "a/b/+",
            answer: .denied(line: 2),
            reason: "all of it denied"
        ),
        Row(
            rules: "topic read #\ntopic deny a/#",
            topic: "+/b",
            answer: .allowed(line: 1),
            reason: "some of it denied"
        ),
        Row(
            rules: "topic read a/+\ntopic deny a/+",
            topic: "#",
            answer: .denied(line: 2),
            reason: "what is given is denied"
        ),
        Row(
            rules: "topic read a/+\ntopic deny a/+\ntopic read b",
            topic: "#",
            answer: .allowed(line: 3),
            reason: "something is left"
        ),
        Row(
            rules: "topic deny a/#\npattern read a/%c",
            topic: "a/#",
            answer: .denied(line: 1),
            reason: "topic lines deny what patterns give"
        ),
        Row(
            rules: "topic read a/#\npattern deny a/#",
            topic: "a/#",
            answer: .allowed(line: 1),
            reason: "not the other way round"
        ),
        Row(rules: "pattern read d/%c/#", topic: "d/c1/#", answer: .allowed(line: 1), reason: "its own place"),
        Row(rules: "pattern read d/%c/#", topic: "d/c2/#", answer: .noRule, reason: "somebody else's place"),
        Row(rules: "pattern read d/%c/#", topic: "d/+/x", answer: .allowed(line: 1), reason: "its own among others"),
        Row(
            rules: "pattern read d/%c/#",
            client: Client("+"),
            topic: "d/+/x",
            answer: .noRule,
            reason: "a client called +"
        ),
        Row(
            rules: "pattern read d/%c/#",
            client: Client("+"),
            topic: "#",
            answer: .noRule,
            reason: "has no place at all"
        ),
        Row(
            rules: "pattern read %c/#",
            client: Client("$SYS"),
            topic: "$SYS/#",
            answer: .noRule,
            reason: "a client called $SYS"
        ),
        Row(
            rules: "pattern read d/#\npattern deny d/%c/+",
            client: Client("x/y"),
            topic: "d/+/+",
            answer: .denied(line: 2),
            reason: "denied whatever the value could be"
        ),
    ])
    func `a subscription is granted when some of its topics may be read`(row: Row) throws {
        var row = row
        row.action = .subscribe
        #expect(try row.asked == row.answer)
    }

    @Test func `no topic that a filter matches is readable when the filter is refused`() throws {
        var random = SeededGenerator(seed: 7)
        var refused = 0
        for _ in 0..<400 {
            let rules = (0..<Int.random(in: 1...5, using: &random)).map { _ in random.rule() }.joined(separator: "\n")
            let access = AccessRules(try ACLFile.text(rules))
            let filter = try TopicFilter(random.ruleFilter())
            let client = Client("x").access
            let answer = filter.bytes.withUnsafeBytes { access.decision(.subscribe, $0, for: client) }
            let readable = Self.topics.filter { topic in
                filter.matches(topic)
                    && topic.bytes.withUnsafeBytes { access.decision(.read, $0, for: client).isAllowed }
            }
            if !answer.isAllowed {
                refused += 1
                #expect(readable.isEmpty, "\(rules)\n\(filter) → \(readable)")
            }
        }
        #expect(refused > 50)
    }

    /// All topics of up to three levels out of few names, so that random rules meet them.
    private static let topics: [TopicName] = {
        let names = ["a", "b", "x", "$a"]
        let two = names.flatMap { first in names.map { "\(first)/\($0)" } }
        let three = two.flatMap { first in names.map { "\(first)/\($0)" } }
        return (names + two + three).compactMap { try? TopicName($0) }
    }()

    @Test func `a filter that very many rules touch is left to the messages`() throws {
        let names = (0..<40).map { "n\($0)" }
        let rules = names.flatMap { first in
            names.flatMap { second in (0..<10).map { "topic write \(first)/\(second)/\($0)" } }
        }
        let access = AccessRules(try ACLFile.text(rules.joined(separator: "\n")))
        let filter = Array("+/+/+/none".utf8)
        let answer = filter.withUnsafeBytes { access.decision(.subscribe, $0, for: Client("c").access) }
        #expect(answer == .unsettled)
        #expect(answer.isAllowed)
    }
}

extension AccessRulesTests.Row {
    fileprivate var asked: AccessDecision {
        get throws {
            let access = AccessRules(try ACLFile.text(rules))
            return Array(topic.utf8).withUnsafeBytes { access.decision(action, $0, for: client.access) }
        }
    }
}

extension SeededGenerator {
    /// A rule whose filter is made of few names.
    fileprivate mutating func rule() -> String {
        let right = AccessRight.allCases.randomElement(using: &self) ?? .read
        return Bool.random(using: &self)
            ? "topic \(right.rawValue) \(ruleFilter())"
            : "pattern \(right.rawValue) \(ruleFilter().replacing("b", with: "%c"))"
    }

    fileprivate mutating func ruleFilter() -> String {
        let count = Int.random(in: 1...3, using: &self)
        var levels = (0..<count).map { _ in ["a", "b", "+", "+", "x", "$a"].randomElement(using: &self) ?? "a" }
        if Int.random(in: 0..<3, using: &self) == 0 { levels[count - 1] = "#" }
        return levels.joined(separator: "/")
    }
}
