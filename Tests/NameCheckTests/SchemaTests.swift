import Foundation
import LDNS
import Testing

@testable import NameCheck

@Suite("Check document")
struct SchemaTests {
    private static let schemaFile = ExpectedCases.folder.deletingLastPathComponent()
        .appending(path: "Sources/NameCheck/Report/dns-check-1.schema.json")

    private func schema() throws -> JSONSchema {
        try JSONSchema(data: try Data(contentsOf: Self.schemaFile))
    }

    private func document(_ verdicts: [CNAMEVerdict], unicode: [DNSName: String] = [:]) -> CheckDocument {
        CheckDocument(
            tool: "sluice test",
            started: Date(timeIntervalSince1970: 1_795_269_727),
            duration: .milliseconds(1312),
            verdicts: verdicts,
            unicode: unicode
        )
    }

    private func verdicts(of rows: [ExpectedCases.Case]) async throws -> [CNAMEVerdict] {
        var verdicts: [CNAMEVerdict] = []
        for row in rows {
            let check = CNAMECheck(source: ZoneSource(zones: try row.zones.map(ZoneFile.shipped)))
            let question = try ExpectedCases.all.question(row)
            verdicts.append(
                await check.check(question.domain, against: question.target, siblings: question.siblings)
            )
        }
        return verdicts
    }

    @Test func `obeys its schema for every verdict of zones`() async throws {
        let rows = ExpectedCases.all.cases.filter { $0.served != "nsd-only" }
        let json = try document(try await verdicts(of: rows)).json()
        #expect(try schema().violations(in: json) == [])
    }

    @Test(
        arguments: DiagnosisTests.right + DiagnosisTests.wrong + DiagnosisTests.flattened + DiagnosisTests.unknown
            + DiagnosisTests.notes
    )
    func `obeys its schema for every row of the diagnosis`(row: DiagnosisRow) throws {
        let json = try document([CNAMEVerdict(facts: row.facts)]).json()
        #expect(try schema().violations(in: json) == [])
    }

    @Test func `is refused by its schema when a field is missing or foreign`() throws {
        let wrong = Data(#"{"schema":"dns-check/2","tool":"x","started":"now","duration_ms":-1,"results":[]}"#.utf8)
        #expect(try schema().violations(in: wrong).count == 4)
    }

    @Test func `names every code in its schema`() throws {
        let text = try String(contentsOf: Self.schemaFile, encoding: .utf8)
        for code in VerdictCode.allCases {
            #expect(text.contains("\"\(code.rawValue)\""))
        }
    }

    @Test func `is stable, byte for byte`() async throws {
        let row = try #require(ExpectedCases.all.cases.first { $0.name == "nodot.company.example" })
        let json = try document(try await verdicts(of: [row])).json()
        let expected = """
            {"duration_ms":1312,"results":[{"chain":[{"dname":null,"name":"nodot.company.example.",\
            "target":"mqtt-7f3a-sh-public.mqtt.example.net.company.example.","ttl":600,"ttl_from":"authoritative",\
            "wildcard":false}],"domain":"nodot.company.example.","end":{"addresses":[],"error":null,\
            "name":"mqtt-7f3a-sh-public.mqtt.example.net.company.example.","rcode":"NXDOMAIN"},\
            "expected":{"addresses":["192.0.2.10","192.0.2.11","2001:db8::10"],"kind":"public",\
            "name":"mqtt-7f3a-sh-public.mqtt.example.net."},"hint":"missing_dot","issues":[{"audience":"customer",\
            "code":"wrong_target","fix":{"kind":"set-record","name":"nodot.company.example.","ttl":600,"type":"CNAME",\
            "value":"mqtt-7f3a-sh-public.mqtt.example.net."},"hint":"missing_dot",\
            "message":"nodot.company.example points to mqtt-7f3a-sh-public.mqtt.example.net.company.example, \
            needed mqtt-7f3a-sh-public.mqtt.example.net. Your DNS provider appended the zone. \
            Enter the value with a final dot","severity":"fail","valid_until":"2026-11-21T14:12:07Z"}],\
            "next":["sluice cname setup nodot.company.example --target mqtt-7f3a-sh-public.mqtt.example.net"],\
            "resolvers":[],"status":"fail","unicode":null,"verdict":"wrong_target"}],"schema":"dns-check/1",\
            "started":"2026-11-21T14:02:07Z","summary":{"fail":1,"pass":0,"unknown":0,"warn":0},"tool":"sluice test"}
            """
        #expect(String(decoding: json, as: UTF8.self) == expected)
    }

    @Test func `has a line for each result as JSON lines`() async throws {
        let verdicts = try await verdicts(of: Array(ExpectedCases.all.cases.prefix(3)))
        let lines = try document(verdicts).jsonLines()
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { !$0.contains(UInt8(ascii: "\n")) })
    }

    @Test func `keeps the international form of a name`() async throws {
        let row = try #require(ExpectedCases.all.cases.first)
        let verdicts = try await verdicts(of: [row])
        let json = try document(verdicts, unicode: [verdicts[0].facts.domain: "bücher.example"]).json()
        #expect(String(decoding: json, as: UTF8.self).contains(#""unicode":"bücher.example""#))
    }
}
