import Foundation
import Testing

@testable import sluice

@Suite struct `Printed results` {
    private static var table: TextTable {
        var table = TextTable(["NAME", "STATE", .wide("SERIAL")])
        table.add(["fleet", "active", "01"])
        table.add(["a", "inactive", "02"])
        return table
    }

    @Test func `line up in columns without blanks at the end`() {
        #expect(Self.table.aligned(wide: false, colour: false) == "NAME   STATE\nfleet  active\na      inactive\n")
    }

    @Test func `show more when they are wide`() {
        #expect(
            Self.table.aligned(wide: true, colour: false)
                == "NAME   STATE     SERIAL\nfleet  active    01\na      inactive  02\n"
        )
    }

    @Test func `have tabs between all columns for programs`() {
        #expect(Self.table.tabbed() == "NAME\tSTATE\tSERIAL\nfleet\tactive\t01\na\tinactive\t02\n")
    }

    @Test func `come piece by piece with one heading`() {
        var table = Self.table
        #expect(table.takeTabbed() == "NAME\tSTATE\tSERIAL\nfleet\tactive\t01\na\tinactive\t02\n")
        table.add(["b", "active", "03"])
        #expect(table.takeTabbed() == "b\tactive\t03\n")
        #expect(table.takeTabbed() == "")
    }

    @Test func `hold nothing that a terminal obeys`() {
        var table = TextTable(["NAME", "STATE"])
        table.add(["a\u{1B}[2J\nb\tc\u{202E}", "ünï"])
        #expect(table.tabbed() == "NAME\tSTATE\na?[2J?b?c?\tünï\n")
        #expect("a\n\u{7}".printable(keeping: "\n") == "a\n?")
    }

    @Test func `colour the heading alone`() {
        #expect(Self.table.aligned(wide: false, colour: true).hasPrefix("\u{1B}[1mNAME   STATE\u{1B}[0m\nfleet"))
    }

    @Test(arguments: [
        (["NO_COLOR": "1"], false), (["NO_COLOR": "1"], true), (["TERM": "dumb"], false), ([:], true),
    ])
    func `have no colours where they are not wanted`(environment: [String: String], flag: Bool) {
        #expect(!Terminal.allowsColour(noColourFlag: flag, environment: environment))
    }

    @Test func `keep JSON as it came`() throws {
        let text = #"{"a":[1,2.5,true,null,"x/y"],"b":{"c":"1.0"}}"#
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(try value.json(indented: false) == text + "\n")
    }

    @Test func `turn JSON into YAML that means the same`() throws {
        let value = JSONValue.object([
            "min": .text("1.0"), "switched": .boolean(true), "none": .null, "list": .list([.integer(1)]),
        ])
        let yaml = try value.yaml()
        #expect(yaml == "list:\n- 1\nmin: '1.0'\nnone: null\nswitched: true\n")
    }
}

@Suite struct `A confirmation` {
    @Test(arguments: ["y", "yes", " YES "])
    func `is given by yes`(answer: String) throws {
        try Confirmation.ask(["x"], yes: false, hasTerminal: true) { answer }
    }

    @Test(arguments: ["", "n", "yep", nil])
    func `is not given by anything else`(answer: String?) {
        let failure = #expect(throws: CommandFailure.self) {
            try Confirmation.ask(["x"], yes: false, hasTerminal: true) { answer }
        }
        #expect(failure?.status == .answerIsNo)
    }

    @Test func `cannot be given where there is no terminal`() {
        let failure = #expect(throws: CommandFailure.self) {
            try Confirmation.ask(["x"], yes: false, hasTerminal: false) { "y" }
        }
        #expect(failure?.status == .usage)
        #expect(failure?.message.contains("--yes") == true)
    }

    @Test func `is not asked for with --yes`() throws {
        try Confirmation.ask(["x"], yes: true, hasTerminal: false) { nil }
    }
}
