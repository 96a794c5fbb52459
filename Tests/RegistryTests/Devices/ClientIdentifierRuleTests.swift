import Registry
import Testing

@Suite struct ClientIdentifierRuleTests {
    /// rule, CONNECT's id, record's id, common name → outcome; "-" is none.
    static let table: [(ClientIdentifierRule, String, String, String, String)] = [
        (.fill, "c", "r", "n", "c"),
        (.fill, "-", "r", "n", "r assigned"),
        (.fill, "-", "-", "n", "n assigned"),
        (.fill, "-", "-", "-", "missing"),
        (.fill, "c", "-", "-", "c"),
        (.requireMatch, "r", "r", "n", "r"),
        (.requireMatch, "n", "r", "n", "mismatch n r"),
        (.requireMatch, "c", "r", "n", "mismatch c r"),
        (.requireMatch, "n", "-", "n", "n"),
        (.requireMatch, "c", "-", "n", "mismatch c n"),
        (.requireMatch, "-", "r", "n", "r assigned"),
        (.requireMatch, "-", "-", "n", "n assigned"),
        (.requireMatch, "c", "-", "-", "missing"),
        (.requireMatch, "-", "-", "-", "missing"),
        (.override, "c", "r", "n", "r assigned"),
        (.override, "c", "-", "n", "n assigned"),
        (.override, "n", "-", "n", "n"),
        (.override, "-", "-", "n", "n assigned"),
        (.override, "c", "-", "-", "missing"),
        // One letter in two encodings: two clients to MQTT.
        (.requireMatch, "e\u{301}", "-", "\u{E9}", "mismatch e\u{301} \u{E9}"),
        (.override, "e\u{301}", "-", "\u{E9}", "\u{E9} assigned"),
    ]

    @Test(arguments: table)
    func `decides`(
        rule: ClientIdentifierRule,
        connect: String,
        registered: String,
        commonName: String,
        expected: String
    ) {
        func identifier(_ text: String) -> ClientIdentifier? { text == "-" ? nil : ClientIdentifier(text) }
        let outcome = rule.outcome(
            connect: identifier(connect),
            registered: identifier(registered),
            commonName: identifier(commonName)
        )
        let seen =
            switch outcome {
            case .identified(let id, let isAssigned): isAssigned ? "\(id) assigned" : id.text
            case .missing: "missing"
            case .mismatch(let sent, let expected): "mismatch \(sent) \(expected)"
            }
        #expect(seen == expected)
    }

    @Test(arguments: ["", "a\0b", String(repeating: "x", count: 65_536)])
    func `knows no identifier that MQTT cannot carry`(text: String) {
        #expect(ClientIdentifier(text) == nil)
    }

    @Test(arguments: [("fill", ClientIdentifierRule.fill), ("require-match", .requireMatch), ("override", .override)])
    func `is written as in the configuration file`(text: String, rule: ClientIdentifierRule) {
        #expect(ClientIdentifierRule(rawValue: text) == rule)
    }
}
