import Foundation
import Registry
import Testing

@Suite struct AuditDraftTests {
    @Test(arguments: [
        ("password", "x", true),
        ("newPassword", "x", true),
        ("private-key", "x", true),
        ("tokenSecret", "x", true),
        ("passwordHash", "x", true),
        ("state", "active", false),
        ("clientID", "pump-7", false),
        ("note", "-----BEGIN EC PRIVATE KEY-----\nMHcC", true),
        ("note", "see $7$101$c2FsdA==$aGFzaA==", true),
        ("note", "was $6$salt$hash", true),
        ("note", "bearer sluice_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true),
        ("note", "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl", true),
        ("note", "eyJhbGci is no token alone", false),
        ("host", "mqtt.shop.test", false),
    ])
    func `keeps what looks like a secret out of a fact`(name: String, value: String, isSecret: Bool) {
        let facts = AuditFacts([(name: name, value: value)])
        #expect(facts.values[name] == (isSecret ? AuditRedaction.mark : value))
    }

    @Test func `keeps what looks like a secret out of action and object`() {
        let draft = draft(action: "sluice_abc", object: "name:$7$101$salt$hash")
        #expect(draft.action == "(redacted)")
        #expect(draft.object == "(redacted)")
    }

    @Test func `leaves out facts without a value`() {
        let facts: AuditFacts = ["state": "active", "clientID": nil]
        #expect(facts.json == #"{"state":"active"}"#)
    }

    @Test func `writes equal facts as equal bytes, and reads them back`() throws {
        let facts: AuditFacts = ["b": "2 \"two\" / ü", "a": "1\n"]
        #expect(facts.json == #"{"a":"1\n","b":"2 \"two\" / ü"}"#)
        #expect(AuditFacts(json: facts.json) == facts)
        #expect(AuditFacts(json: #"{"a":1}"#) == nil)
    }

    @Test func `cuts long values at a character's border`() throws {
        let facts = AuditFacts([(name: "subject", value: String(repeating: "ü", count: 600))])
        let value = try #require(facts.values["subject"])
        #expect(value == String(repeating: "ü", count: 512) + "…")
        let object = draft(action: "a", object: "x" + String(repeating: "ü", count: 600)).object
        #expect(object == "x" + String(repeating: "ü", count: 255) + "…")
    }

    @Test func `seals an entry by a form that anybody can compute`() throws {
        let form = AuditCanonicalForm.bytes(
            previousHash: .zero,
            sequence: 1,
            milliseconds: 2,
            texts: AuditTexts(principal: "uid 0", role: "admin", action: "a", object: "", before: nil, after: "{}")
        )
        let length: (UInt8) -> [UInt8] = { [1, 0, 0, 0, 0, 0, 0, 0, $0] }
        let expected: [[UInt8]] = [
            Array("sluice-audit-1".utf8), [UInt8](repeating: 0, count: 32), [0, 0, 0, 0, 0, 0, 0, 1],
            [0, 0, 0, 0, 0, 0, 0, 2], length(5), Array("uid 0".utf8), length(5), Array("admin".utf8), length(1),
            Array("a".utf8), length(0), [0], length(2), Array("{}".utf8),
        ]
        #expect(form == expected.flatMap(\.self))
    }

    @Test func `has another form for every way to share the same letters between fields`() {
        let texts = [
            AuditTexts(principal: "ab", role: "c", action: "d", object: "e", before: nil, after: nil),
            AuditTexts(principal: "a", role: "bc", action: "d", object: "e", before: nil, after: nil),
            AuditTexts(principal: "ab", role: "c", action: "", object: "de", before: nil, after: nil),
            AuditTexts(principal: "ab", role: "c", action: "d", object: "", before: "e", after: nil),
            AuditTexts(principal: "ab", role: "c", action: "d", object: "", before: nil, after: "e"),
            AuditTexts(principal: "ab", role: "c", action: "d", object: "e", before: "", after: nil),
            // Without lengths these two would be one.
            AuditTexts(principal: "a\u{1}b", role: "c", action: "d", object: "e", before: nil, after: nil),
            AuditTexts(principal: "a", role: "b\u{1}c", action: "d", object: "e", before: nil, after: nil),
        ]
        let forms = texts.map {
            AuditCanonicalForm.bytes(previousHash: .zero, sequence: 1, milliseconds: 1, texts: $0)
        }
        #expect(Set(forms).count == texts.count)
    }

    private func draft(action: String, object: String) -> AuditDraft {
        AuditDraft(time: noon, principal: Principal(kind: .system, role: .admin), action: action, object: object)
    }
}
